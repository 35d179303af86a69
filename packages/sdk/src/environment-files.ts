import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { SlipwayError, systemCode, unlessMissing } from '@slipway/contract';
import type { EnvironmentDefinition } from '@slipway/contract/api';

/** The definition in a conda environment file. Throws `not_found`. */
export async function condaDefinition(filePath: string): Promise<EnvironmentDefinition> {
  return { kind: 'conda', specification: await readText(filePath) };
}

/** The definition in a requirements file of pip. Throws `not_found`. */
export async function pipDefinition(
  filePath: string,
  python: string | undefined,
): Promise<EnvironmentDefinition> {
  const requirements = await readText(filePath);
  return python === undefined ? { kind: 'pip', requirements } : { kind: 'pip', requirements, python };
}

/** The definition in a package.json, with the package-lock.json beside it if there is one. Throws `not_found`. */
export async function npmDefinition(filePath: string, allowScripts: boolean): Promise<EnvironmentDefinition> {
  const packageJson = await readText(filePath);
  const packageLock = await unlessMissing(readFile(join(dirname(filePath), 'package-lock.json'), 'utf8'));
  return {
    kind: 'npm',
    packageJson,
    ...(packageLock !== undefined && { packageLock }),
    ...(allowScripts && { allowScripts }),
  };
}

/** The definition in a file whose name says what it is: `*.yml` or `*.yaml`, `*.txt`, `package.json`. Throws `invalid_argument`, `not_found`. */
export async function definitionInFile(
  filePath: string,
  {
    python,
    allowScripts = false,
  }: { readonly python?: string | undefined; readonly allowScripts?: boolean | undefined } = {},
): Promise<EnvironmentDefinition> {
  const ending = extname(filePath).toLowerCase();
  if (ending === '.yml' || ending === '.yaml') return await condaDefinition(filePath);
  if (basename(filePath) === 'package.json') return await npmDefinition(filePath, allowScripts);
  if (ending === '.txt' || ending === '.in') return await pipDefinition(filePath, python);
  throw new SlipwayError(
    'invalid_argument',
    `${filePath}: its name does not say what it is. A conda environment file ends in .yml or .yaml, a requirements file of pip in .txt, and npm's is package.json.`,
    { details: { field: 'file' } },
  );
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const missing = systemCode(cause) === 'ENOENT';
    const message = missing
      ? `There is no file ${path}.`
      : `Cannot read ${path}: ${(cause as Error).message}.`;
    throw new SlipwayError(missing ? 'not_found' : 'invalid_argument', message, { details: { path }, cause });
  }
}
