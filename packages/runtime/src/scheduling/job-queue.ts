import type { ReplicaLimits, SlipwayError } from '@slipway/contract';
import { canShareRun, rowsOf } from './batch.ts';
import type { Job } from './job.ts';
import { callerGone, queueFull, timedOut, waitedTooLong } from './refusals.ts';

/** Jobs that wait for an engine: first in, first out, bounded in number and in time. */
export interface JobQueue {
  readonly size: number;
  /**
   * Keeps the job, or rejects it with `overloaded` when the queue is full: `canRun` jobs of it are going to run
   * at once, so they do not count as waiting.
   */
  add(job: Job, canRun: number): void;
  /**
   * Takes the jobs for the next run: the oldest, and those right behind it that can share its run. Rejects
   * what is late or has lost its caller. Empty when nothing may run.
   */
  take(now: number, maxRequests: number): readonly Job[];
  /** Rejects what is late, and answers when to look again; `undefined` when nothing waits. */
  expire(now: number): number | undefined;
  /** Rejects everything. */
  refuse(error: SlipwayError): void;
}

export type QueueLimits = Pick<ReplicaLimits, 'maxQueueLength' | 'maxQueueWaitMs' | 'scoringTimeoutMs'>;

/** An empty queue for a model that takes `maxBatchRows` rows in one run; 1 if it cannot be batched. */
export function createJobQueue(limits: QueueLimits, maxBatchRows: number): JobQueue {
  let jobs: Job[] = [];
  const patienceMs = Math.min(limits.maxQueueWaitMs, limits.scoringTimeoutMs);
  const late =
    patienceMs === limits.maxQueueWaitMs
      ? () => waitedTooLong(patienceMs)
      : () => timedOut(patienceMs, false);

  const refusal = (job: Job, now: number): SlipwayError | undefined => {
    if (job.signal?.aborted === true) return callerGone();
    return now - job.arrivedAt > patienceMs ? late() : undefined;
  };
  /** The oldest job that may still run. */
  const head = (now: number): Job | undefined => {
    for (let job = jobs[0]; job !== undefined; job = jobs[0]) {
      const error = refusal(job, now);
      if (error === undefined) return job;
      jobs.shift();
      job.reject(error);
    }
    return undefined;
  };
  const dropAborted = () => {
    const gone = jobs.filter((job) => job.signal?.aborted === true);
    if (gone.length === 0) return;
    jobs = jobs.filter((job) => job.signal?.aborted !== true);
    for (const job of gone) job.reject(callerGone());
  };

  return {
    get size() {
      return jobs.length;
    },
    add(job, canRun) {
      const room = limits.maxQueueLength + canRun;
      if (jobs.length >= room) dropAborted();
      if (jobs.length >= room) job.reject(queueFull(limits.maxQueueLength));
      else jobs.push(job);
    },
    take(now, maxRequests) {
      const first = maxRequests > 0 ? head(now) : undefined;
      if (first === undefined) return [];
      jobs.shift();
      const batch = [first];
      let rows = rowsOf(first);
      while (batch.length < maxRequests && rows < maxBatchRows) {
        const next = head(now);
        if (next === undefined || !canShareRun(first, next)) break;
        rows += rowsOf(next);
        if (rows > maxBatchRows) break;
        jobs.shift();
        batch.push(next);
      }
      return batch;
    },
    expire(now) {
      const oldest = head(now);
      return oldest === undefined ? undefined : oldest.arrivedAt + patienceMs;
    },
    refuse(error) {
      const refused = jobs;
      jobs = [];
      for (const job of refused) job.reject(error);
    },
  };
}
