import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A longer body makes a line that nobody reads: it goes into a file. */
const MAX_INLINE_CHARACTERS = 200;

interface Call {
  /** Name of the service. */
  readonly name: string;
  /** Folder for a body that is too long for the line; made if missing. */
  readonly folder: string;
  readonly uri: string;
  readonly credential: string | undefined;
  /** JSON text. */
  readonly body: string;
}

/** A line for a shell that makes the call. */
export async function curlLine({ name, folder, uri, credential, body }: Call): Promise<string> {
  const data = body.length <= MAX_INLINE_CHARACTERS ? body : `@${await exampleFile(folder, name, body)}`;
  return [
    'curl -sS',
    quoted(uri),
    ...(credential === undefined ? [] : ['-H', quoted(`Authorization: Bearer ${credential}`)]),
    '-H',
    quoted('Content-Type: application/json'),
    '-d',
    quoted(data),
  ].join(' ');
}

async function exampleFile(folder: string, name: string, body: string): Promise<string> {
  const path = join(folder, `${name}.json`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(path, body);
  return path;
}

/** Text as one word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
