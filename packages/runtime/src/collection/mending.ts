import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cutHalfRecord, listFiles, removeFile } from './folder-files.ts';
import { packedName } from './packing.ts';

/** A file that nobody has written to for so long has no line on its way. */
const QUIET_MS = 5_000;

/** A file that ended in half a record, and how many bytes of it were cut off. */
export interface MendedFile {
  readonly file: string;
  readonly bytes: number;
}

/**
 * Makes whole what killed replicas left in a folder, but for the files whose paths are given: half records, and lines that were
 * packed into Parquet already. What was found whole is not read again until it grows.
 */
export function createMending(
  dir: string,
  now: () => number,
): (own: ReadonlySet<string | undefined>) => readonly MendedFile[] {
  const wholeSizes = new Map<string, number>();

  function mend(file: string, size: number): number {
    const bytes = cutHalfRecord(file);
    wholeSizes.set(file, size - bytes);
    return bytes;
  }

  return (own) =>
    listFiles(dir).flatMap(({ path, bytes: size, modifiedMs }) => {
      const file = join(dir, path);
      if (!/\.(?:jsonl|csv)$/.test(path) || own.has(file)) return [];
      if (wholeSizes.get(file) === size || now() - modifiedMs < QUIET_MS) return [];
      if (file.endsWith('.jsonl') && existsSync(packedName(file))) {
        removeFile(dir, path);
        return [];
      }
      const bytes = mend(file, size);
      return bytes === 0 ? [] : [{ file, bytes }];
    });
}
