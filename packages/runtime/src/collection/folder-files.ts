import {
  closeSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { dayOfPath } from './dated-folders.ts';
import type { CollectedFile } from './retention.ts';

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
const QUOTE = 0x22;

/** All files below a folder; none where it is not there. What vanishes meanwhile is left out. */
export function listFiles(folder: string): readonly CollectedFile[] {
  const entries = unlessGone(() => readdirSync(folder, { recursive: true, withFileTypes: true })) ?? [];
  return entries.flatMap((entry) => {
    if (!entry.isFile()) return [];
    const file = join(entry.parentPath, entry.name);
    const stat = unlessGone(() => statSync(file));
    if (stat === undefined) return [];
    const path = relative(folder, file);
    return [{ path, bytes: stat.size, modifiedMs: stat.mtimeMs, day: dayOfPath(path) }];
  });
}

/** Removes a file of the folder, and the folders that are empty without it. */
export function removeFile(folder: string, path: string): void {
  rmSync(join(folder, path), { force: true });
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
    try {
      rmdirSync(join(folder, parent));
    } catch {
      // Others have files there.
      return;
    }
  }
}

/** Cuts off what stands behind the last whole record of JSON Lines or CSV; answers how many bytes that were. */
export function cutHalfRecord(file: string): number {
  return (
    unlessGone(() => {
      const size = statSync(file).size;
      const end = wholeRecordsEnd(file, file.endsWith('.csv'));
      if (end < size) truncateSync(file, end);
      return size - end;
    }) ?? 0
  );
}

/** A line of CSV ends only outside of quotes. */
function wholeRecordsEnd(file: string, hasQuotes: boolean): number {
  const descriptor = openSync(file, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let offset = 0;
  let end = 0;
  let isQuoted = false;
  try {
    for (;;) {
      const length = readSync(descriptor, chunk, 0, CHUNK_BYTES, offset);
      if (length === 0) return end;
      for (let index = 0; index < length; index++) {
        if (hasQuotes && chunk[index] === QUOTE) isQuoted = !isQuoted;
        else if (chunk[index] === NEWLINE && !isQuoted) end = offset + index + 1;
      }
      offset += length;
    }
  } finally {
    closeSync(descriptor);
  }
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}
