import { dayBefore } from './dated-folders.ts';

/** A file of the service's folder. */
export interface CollectedFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Of its folder; `undefined` for what nobody here wrote, which is counted and never removed. */
  readonly day: string | undefined;
}

export interface RetentionLimits {
  readonly today: string;
  readonly keepDays: number;
  readonly maxBytes: number;
  /** Bytes that are about to be written. */
  readonly neededBytes: number;
}

/** What is to go, and whether there is room then. */
export interface Retention {
  readonly remove: readonly CollectedFile[];
  /** Bytes of what stays. */
  readonly bytes: number;
  readonly hasRoom: boolean;
}

/** Days that are too old go, and then the oldest of the others, each whole, until there is room; today stays. */
export function planRetention(files: readonly CollectedFile[], limits: RetentionLimits): Retention {
  const { today, keepDays, maxBytes, neededBytes } = limits;
  const firstKept = dayBefore(today, keepDays - 1);
  const days = [...new Set(files.flatMap(({ day }) => (day === undefined ? [] : [day])))].toSorted();
  const gone = new Set<string>();
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const day of days) {
    if (day >= today || (day >= firstKept && bytes + neededBytes <= maxBytes)) break;
    gone.add(day);
    for (const file of files) if (file.day === day) bytes -= file.bytes;
  }
  const remove = files.filter(({ day }) => day !== undefined && gone.has(day));
  return { remove, bytes, hasRoom: bytes + neededBytes <= maxBytes };
}
