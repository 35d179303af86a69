import { open, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { isSafeRelativePath, unlessMissing } from '@slipway/contract';
import type { CollectedFile } from '@slipway/contract/api';
import type { HomePaths } from '../home/home-paths.ts';

/** How much of a file's end is looked through for the end of its last record. */
const TAIL_BYTES = 8 * 1024 * 1024;

const NEWLINE = 0x0a;

/** What the replicas of services have collected. */
export interface CollectedData {
  /** The files of a service, in the order of their paths. */
  list(serviceUid: string): Promise<readonly CollectedFile[]>;
  /** A file as far as its records are whole; `undefined` if there is none of that path. */
  read(serviceUid: string, path: string): Promise<Readable | undefined>;
}

/** Collected data in the folders of services. */
export function createCollectedData(home: Pick<HomePaths, 'collected'>): CollectedData {
  async function list(serviceUid: string): Promise<readonly CollectedFile[]> {
    const folder = home.collected(serviceUid);
    const entries = (await unlessMissing(readdir(folder, { recursive: true, withFileTypes: true }))) ?? [];
    const files = entries.filter((entry) => entry.isFile());
    const told = files.map(async ({ parentPath, name }) => await describe(folder, join(parentPath, name)));
    const there = (await Promise.all(told)).filter((file) => file !== undefined);
    return there.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  async function read(serviceUid: string, path: string): Promise<Readable | undefined> {
    if (!isSafeRelativePath(path)) return undefined;
    const handle = await unlessMissing(open(join(home.collected(serviceUid), path), 'r'));
    const found = await handle?.stat();
    if (handle === undefined || found?.isFile() !== true) {
      await handle?.close();
      return undefined;
    }
    const from = Math.max(0, found.size - TAIL_BYTES);
    const tail = Buffer.alloc(found.size - from);
    await handle.read(tail, 0, tail.length, from);
    const end = isText(path) ? from + tail.lastIndexOf(NEWLINE) + 1 : found.size;
    if (end > 0) return handle.createReadStream({ start: 0, end: end - 1 });
    await handle.close();
    return Readable.from([]);
  }

  return { list, read };
}

/** A replica may be writing a line of it now; other files are whole before they have their name. */
function isText(path: string): boolean {
  return path.endsWith('.jsonl') || path.endsWith('.csv');
}

/** `undefined` for a file that was removed meanwhile. */
async function describe(folder: string, file: string): Promise<CollectedFile | undefined> {
  const found = await unlessMissing(stat(file));
  if (found === undefined) return undefined;
  return { path: relative(folder, file), bytes: found.size, modifiedAt: found.mtime.toISOString() };
}
