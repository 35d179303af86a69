const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Milliseconds before the next start after so many that failed in a row: none at first, then twice as long each time. */
export function backOffMs(failedStarts: number): number {
  if (failedStarts === 0) return 0;
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (failedStarts - 1));
}
