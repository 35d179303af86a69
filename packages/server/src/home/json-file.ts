import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { systemCode, writeError } from './system-errors.ts';

/** Temporary names end in this and eight random digits, so that what a crash leaves can be told and removed. */
export const TEMPORARY_NAME = /\.tmp-[0-9a-f]{8}$/;

/**
 * Writes `value` so that a reader sees the whole old file or the whole new one. The file has `mode` 0600 unless
 * told otherwise. Throws `storage_full` when the disk or the folder does not take it.
 */
export async function writeJsonFile(path: string, value: unknown, mode = 0o600): Promise<void> {
  const temporary = `${path}.tmp-${randomBytes(4).toString('hex')}`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(`${JSON.stringify(value, null, 2)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(thrown, path);
  }
}

/**
 * The object in a JSON file that says it is of this `kind`; `undefined` if the file is not there or is no such
 * object. Our processes write these files whole, so one that cannot be read is as good as none.
 */
export async function readJsonFile<T extends { readonly kind: string }>(
  path: string,
  kind: T['kind'],
): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT' || systemCode(thrown) === 'ENOTDIR') return undefined;
    throw thrown;
  }
  return parseKind<T>(text, kind);
}

function parseKind<T extends { readonly kind: string }>(text: string, kind: T['kind']): T | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind
      ? (value as T)
      : undefined;
  } catch {
    return undefined;
  }
}
