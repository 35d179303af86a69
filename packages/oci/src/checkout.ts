import { randomUUID } from 'node:crypto';
import { copyFile, link, lstat, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SlipwayError, systemCode, unlessMissing } from '@slipway/contract';
import type { ModelFile } from '@slipway/contract/api';
import { verifyBlob } from './blobs.ts';
import { hashOfFile, makeFolder } from './durable-file.ts';
import { blobPath, type Layout } from './layout.ts';
import { writingTo } from './storage-errors.ts';

/** What the system answers where a hard link is impossible: another disk, no links there, too many links to one file. */
const CANNOT_LINK: ReadonlySet<string | undefined> = new Set([
  'EXDEV',
  'EPERM',
  'ENOTSUP',
  'ENOSYS',
  'EMLINK',
]);

/** Makes a folder with files of the store. Callers for one target at the same time share one run. */
export type Checkout = (files: readonly ModelFile[], target: string) => Promise<void>;

/** Builds the checkout of a store. */
export function createCheckout(layout: Layout): Checkout {
  const running = new Map<string, Promise<void>>();
  return async (files, target) => {
    const path = resolve(target);
    const present = running.get(path);
    if (present !== undefined) return await present;
    const work = ensureFolder(layout, files, path).finally(() => running.delete(path));
    running.set(path, work);
    return await work;
  };
}

async function ensureFolder(layout: Layout, files: readonly ModelFile[], target: string): Promise<void> {
  if (await isCurrent(layout, files, target)) return;
  const parent = dirname(target);
  await writingTo(parent, async () => {
    await makeFolder(parent);
    await removeLeftovers(target);
    const temporary = `${temporaryPrefix(target)}${randomUUID()}`;
    try {
      await build(layout, files, temporary);
      await replaceFolder(temporary, target);
    } finally {
      await removeLeftovers(target);
    }
  });
}

/** True if every file is there and is the blob itself, or a copy that matches. */
async function isCurrent(layout: Layout, files: readonly ModelFile[], target: string): Promise<boolean> {
  for (const file of files) {
    const path = join(target, file.path);
    const present = await unlessMissing(lstat(path));
    if (present === undefined || !present.isFile() || present.size !== file.size) return false;
    const blob = await unlessMissing(stat(blobPath(layout, file.digest)));
    const linked = blob?.ino === present.ino && blob.dev === present.dev;
    if (!linked && (await hashOfFile(path)) !== file.digest) return false;
  }
  return true;
}

function temporaryPrefix(target: string): string {
  return join(dirname(target), `.${basename(target)}.tmp-`);
}

/** A folder that a crash left half built, or the one that was replaced. */
async function removeLeftovers(target: string): Promise<void> {
  const prefix = basename(temporaryPrefix(target));
  for (const name of await readdir(dirname(target))) {
    if (name.startsWith(prefix)) await rm(join(dirname(target), name), { recursive: true, force: true });
  }
}

async function build(layout: Layout, files: readonly ModelFile[], folder: string): Promise<void> {
  await makeFolder(folder);
  for (const file of files) {
    const path = join(folder, file.path);
    await makeFolder(dirname(path));
    await place(layout, file, path);
  }
}

async function place(layout: Layout, file: ModelFile, path: string): Promise<void> {
  await verifyBlob(layout, file.digest);
  const source = blobPath(layout, file.digest);
  try {
    await link(source, path);
  } catch (thrown) {
    if (!CANNOT_LINK.has(systemCode(thrown))) throw thrown;
    await copyFile(source, path);
    await checkCopy(file, path);
  }
}

async function checkCopy(file: ModelFile, path: string): Promise<void> {
  if ((await hashOfFile(path)) === file.digest) return;
  throw new SlipwayError(
    'corrupt',
    `The copy of "${file.path}" does not match blob ${file.digest}: the disk did not keep what was written.`,
    { details: { digest: file.digest, path: file.path } },
  );
}

async function replaceFolder(temporary: string, target: string): Promise<void> {
  await unlessMissing(rename(target, `${temporaryPrefix(target)}${randomUUID()}`));
  await rename(temporary, target);
}
