/** How the requests of a model come together in shared runs. */
export interface BatchPlan {
  /** Most rows of a shared run; 1: requests run one by one. */
  readonly maxRows: number;
  /** Milliseconds that requests wait for others to fill a run; 0: what waits runs as soon as an engine is free. */
  readonly maxDelayMs: number;
  /** Rows, ascending, with which a run begins although it could hold more. */
  readonly preferredRows: readonly number[];
}

/** Most rows that the next run takes when so many wait, or 0 where they should wait for others to join them. */
export function rowsOfNextRun(plan: BatchPlan, waitingRows: number): number {
  if (plan.maxDelayMs === 0 || waitingRows >= plan.maxRows) return plan.maxRows;
  return plan.preferredRows.findLast((rows) => rows <= waitingRows) ?? 0;
}
