import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { SlipwayError, systemCode } from '@slipway/contract';

/** What files between processes say is for their owner's eyes. */
const OWNER_ONLY = 0o600;

/** Temporary names end in this and eight random digits, so that what a crash leaves can be told and removed. */
export const TEMPORARY_NAME = /\.tmp-[0-9a-f]{8}$/;

/**
 * Replaces a JSON file as a whole, readable by its owner alone: whoever reads it meets the old value or the new, never
 * a part, and after a loss of power too. Throws `storage_full` if the disk or the folder cannot take it; the old file
 * is then untouched.
 */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.tmp-${randomBytes(4).toString('hex')}`;
  try {
    await writeDurably(temporary, `${JSON.stringify(value, null, 2)}\n`);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new SlipwayError(
      'storage_full',
      `Cannot write ${path}: ${(error as Error).message}. Make room on the disk or mend the folder's permissions.`,
      { details: { path }, cause: error },
    );
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Reads a JSON file. Throws `not_found` if it is not there and `invalid_argument` if it is no JSON. */
export async function readJsonFile(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SlipwayError('invalid_argument', `${path} is not JSON: ${(error as Error).message}.`, {
      details: { path },
      cause: error,
    });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const missing = systemCode(error) === 'ENOENT';
    throw new SlipwayError(
      missing ? 'not_found' : 'invalid_argument',
      missing ? `There is no file ${path}.` : `Cannot read ${path}: ${(error as Error).message}.`,
      { details: { path }, cause: error },
    );
  }
}
