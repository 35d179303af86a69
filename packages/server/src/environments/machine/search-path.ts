import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** Folders that programs are looked for in, in their order. */
export function searchPath(environment: NodeJS.ProcessEnv): readonly string[] {
  return (environment['PATH'] ?? '').split(delimiter).filter(isAbsolute);
}

/** The first of these programs that is in one of the folders; the order of names counts before that of folders. */
export async function findProgram(
  names: readonly string[],
  folders: readonly string[],
): Promise<{ readonly name: string; readonly path: string } | undefined> {
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (await isExecutable(path)) return { name, path };
    }
  }
  return undefined;
}

/** The files of a folder whose names match; none if it cannot be read. */
export async function filesLike(folder: string, pattern: RegExp): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => pattern.test(name)).map((name) => join(folder, name));
}

/** True if this process may run the file. */
export async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
