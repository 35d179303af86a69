import { rowsOf } from './batch.ts';
import { type ClientTurns, createClientTurns } from './client-turns.ts';
import type { Job, WaitingJob } from './job.ts';

/**
 * Jobs in the order in which they get their turn. Those of a higher priority go first; within a level clients take
 * turns; and a client's own go in the order they came.
 */
export interface WaitingJobs<J extends WaitingJob = Job> {
  readonly size: number;
  /** Rows of all of them. */
  readonly rows: number;
  add(job: J): void;
  /** The job whose turn it is. */
  next(): J | undefined;
  /** Removes the job whose turn it is. */
  removeNext(): void;
  /** Removes, and answers, those for which it is true; it is asked once for each. */
  removeWhere(isLeaving: (job: J) => boolean): readonly J[];
  /**
   * Removes a job that has less right to its place than this newcomer: of a lower priority, or of a client that has
   * more waiting than an equal part. It is the newest of the lowest level's busiest client.
   */
  removeFor(newcomer: J): J | undefined;
  /** The least of what this gives for each of them; `Infinity` for none. */
  earliest(timeOf: (job: J) => number): number;
}

/** Levels of priority: 1 goes first. What says nothing is in the middle, so that there is room on both sides. */
export const LOWEST_PRIORITY = 9;
export const DEFAULT_PRIORITY = 5;

export function createWaitingJobs<J extends WaitingJob = Job>(): WaitingJobs<J> {
  const levels: readonly ClientTurns<J>[] = Array.from({ length: LOWEST_PRIORITY }, () =>
    createClientTurns<J>(),
  );
  let size = 0;
  let rows = 0;
  /** No level above it has jobs. */
  let highest = 0;

  const first = (): ClientTurns<J> | undefined => {
    if (size === 0) return undefined;
    while (levels[highest]?.size === 0) highest += 1;
    return levels[highest];
  };
  const left = (job: J | undefined) => {
    if (job === undefined) return;
    size -= 1;
    rows -= rowsOf(job);
  };

  return {
    get size() {
      return size;
    },
    get rows() {
      return rows;
    },
    add(job) {
      const level = levelOf(job);
      levels[level]?.add(job);
      highest = Math.min(highest, level);
      size += 1;
      rows += rowsOf(job);
    },
    next: () => first()?.next(),
    removeNext: () => left(first()?.takeNext()),
    removeWhere(isLeaving) {
      const removed: J[] = [];
      const keep = (job: J) => {
        const leaves = isLeaving(job);
        if (leaves) removed.push(job);
        return !leaves;
      };
      for (const level of levels) if (level.size > 0) level.retain(keep);
      removed.forEach(left);
      return removed;
    },
    removeFor(newcomer) {
      const own = levelOf(newcomer);
      const lowest = levels.findLastIndex((level) => level.size > 0);
      const level = levels[lowest];
      const mayDisplace = lowest > own || (lowest === own && level?.isBelowShare(newcomer.client) === true);
      const displaced = mayDisplace ? level?.takeFromLongest() : undefined;
      left(displaced);
      return displaced;
    },
    earliest(timeOf) {
      let time = Number.POSITIVE_INFINITY;
      const visit = (job: J) => {
        time = Math.min(time, timeOf(job));
      };
      for (const level of levels) level.forEach(visit);
      return time;
    },
  };
}

/** Index of the job's level. A priority beyond the lowest level means the lowest. */
function levelOf({ priority }: WaitingJob): number {
  if (priority === undefined || priority < 1) return DEFAULT_PRIORITY - 1;
  return Math.min(Math.floor(priority), LOWEST_PRIORITY) - 1;
}
