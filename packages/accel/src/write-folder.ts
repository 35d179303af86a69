import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SlipwayError, systemCode } from '@slipway/contract';

/** What a rename says where something came in between. */
const TAKEN = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR']);

/**
 * Makes a folder whole or not at all: `fill` writes into a temporary one beside it, which is renamed at the end. Folders
 * above it are made. Throws `already_exists` where something has the name.
 */
export async function writeFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  await requireFree(folder);
  await mkdir(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.part`);
  try {
    await mkdir(temporary);
    await fill(temporary);
    await syncFolder(temporary);
    await rename(temporary, target).catch((cause) => {
      throw TAKEN.has(systemCode(cause) ?? '') ? taken(folder, cause) : cause;
    });
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true });
    throw thrown;
  }
  await syncFolder(dirname(target));
}

/** Throws `already_exists` where something has the name: what takes long asks before it begins. */
export async function requireFree(folder: string): Promise<void> {
  if ((await lstat(folder).catch(() => undefined)) !== undefined) throw taken(folder);
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

function taken(folder: string, cause?: unknown): SlipwayError {
  return new SlipwayError(
    'already_exists',
    `"${folder}" is there already, and is not written over: choose another folder, or remove it first.`,
    { details: { path: folder }, cause },
  );
}
