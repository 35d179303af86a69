import { DEFAULT_SETTINGS, type MiniBatchSize } from './settings.ts';

const BYTES_PER_UNIT: Readonly<Record<string, number>> = { KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** A mini-batch of rows crosses to its process as one message, which may not be larger. */
const MAX_BYTES = 256 * 1024 ** 2;

const MAX_FILES = 100_000;

/**
 * `10` is so many files, or bytes of rows; `1KB`, `10MB` are bytes (1 KB is 1,024). `undefined` if it is neither, or outside of
 * 1 to 100,000 files and 1 to 256 MB.
 */
export function parseMiniBatchSize(value: unknown): MiniBatchSize | undefined {
  const [, digits, unit] = /^([0-9]+) *(KB|MB|GB)?$/i.exec(String(value).trim()) ?? [];
  const count = Number(digits) * (unit === undefined ? 1 : (BYTES_PER_UNIT[unit.toUpperCase()] ?? 1));
  if (digits === undefined || count < 1 || count > MAX_BYTES) return undefined;
  if (unit !== undefined) return { files: DEFAULT_SETTINGS.miniBatchSize.files, bytes: count };
  return { files: Math.min(count, MAX_FILES), bytes: count };
}
