import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { SlipwayError } from '@slipway/contract';

/** Absolute path of a program that is named by its path or found on the PATH. Throws `not_found`. */
export function findProgram(name: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = name.includes('/') ? [name] : folders.map((folder) => join(folder, name));
  const found = paths.find(isProgram);
  if (found !== undefined) return resolve(found);
  throw new SlipwayError(
    'not_found',
    `There is no program "${name}". Name the Python to use with --python.`,
    {
      details: { field: 'python' },
    },
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
