/** Up to how many rows sharing a run is worth it, and what a row costs in such a run. */
export interface BatchRows {
  readonly batchRows: number;
  /** Milliseconds. */
  readonly rowMs: number;
}

/** Rows of the shared runs that are tried, in turn: beyond the last a row costs the same and everyone waits longer. */
const TRIED_ROWS = [4, 8, 16, 32] as const;

/** The least that may share a run: so few keep nobody waiting, whatever a slow start of the machine made of the measuring. */
const LEAST_ROWS = TRIED_ROWS[0];

/** Twice the rows are worth it if each then costs less than this part of what it cost before. */
const WORTHWHILE_PART = 0.95;

/**
 * Doubles the rows as long as each becomes cheaper. Where it does not, a larger run is no faster, and while it lasts
 * no other is prepared: its callers get their answers together, and send what is next together. `runMs` is what a run
 * of one row takes, `runRows` runs so many and answers the milliseconds; none is tried that would exceed `longestMs`.
 */
export function findBatchRows(
  runMs: number,
  longestMs: number,
  runRows: (rows: number) => number,
): BatchRows {
  let found: BatchRows = { batchRows: LEAST_ROWS, rowMs: runMs };
  for (const rows of TRIED_ROWS) {
    if (rows * runMs > longestMs) break;
    const rowMs = runRows(rows) / rows;
    if (rows > LEAST_ROWS && rowMs > found.rowMs * WORTHWHILE_PART) break;
    found = { batchRows: rows, rowMs };
  }
  return found;
}
