import { copyFile, stat, truncate } from 'node:fs/promises';

/** A log file larger than this is set aside; with the one set aside before, it bounds what a process can fill. */
export const LOG_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Copies a log that has grown too large to `<file>.1` and empties it. Its writer keeps its handle, which appends;
 * what it writes between the copy and the cut is lost. True if it was rotated.
 */
export async function rotateLog(file: string, limitBytes = LOG_LIMIT_BYTES): Promise<boolean> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= limitBytes) return false;
  await copyFile(file, `${file}.1`);
  await truncate(file, 0);
  return true;
}
