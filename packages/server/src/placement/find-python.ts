import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { SlipwayError } from '@slipway/contract';

/** What runs scripts when nothing is said. */
const DEFAULT_PYTHON = 'python3';

/** The interpreter at this path. Throws `not_found` if there is no program. */
export async function requireInterpreter(path: string): Promise<string> {
  if (await isProgram(path)) return path;
  throw notFound(
    `The interpreter "${path}" is not a program on the machine of the server. Give the absolute path of a Python there, such as /usr/bin/python3.`,
  );
}

/** The first `python3` on a search path. Throws `not_found`. */
export async function findPython(searchPath: string): Promise<string> {
  for (const folder of searchPath.split(delimiter)) {
    const path = join(folder, DEFAULT_PYTHON);
    if (isAbsolute(path) && (await isProgram(path))) return path;
  }
  throw notFound(
    `There is no ${DEFAULT_PYTHON} on the PATH of the server. Name an environment, or the path of an interpreter.`,
  );
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function notFound(message: string): SlipwayError {
  return new SlipwayError('not_found', message, { details: { field: 'inferenceConfig.interpreter' } });
}
