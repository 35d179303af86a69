import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version of the package that a module belongs to, by the module's URL. */
export async function packageVersion(url: string): Promise<string> {
  const file = join(dirname(fileURLToPath(url)), '..', 'package.json');
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}
