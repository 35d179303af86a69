import type { ReplicaLimits, SlipwayError } from '@slipway/contract';
import { canShareRun, rowsOf } from './batch.ts';
import { type BatchPlan, rowsOfNextRun } from './batch-plan.ts';
import type { HeldTime } from './held-time.ts';
import type { Job, WaitingJob } from './job.ts';
import { createPatience, type WaitLimits } from './patience.ts';
import { queueFull } from './refusals.ts';
import { createWaitingJobs } from './waiting-jobs.ts';

/** Jobs that wait for an engine, bounded in number and in time, in the order of `WaitingJobs`. */
export interface JobQueue<J extends WaitingJob = Job> {
  readonly size: number;
  /**
   * Keeps the job, or rejects it with `overloaded` when the queue is full: `canRun` jobs of it are going to run
   * at once, so they do not count as waiting. A job with more right to a place than one that waits takes that place,
   * and the other is rejected.
   */
  add(job: J, canRun: number): void;
  /** The time after which the job is not run any more. */
  patienceEndsAt(job: J): number;
  /** The time from which on `take` gives something: 0, unless what waits is to wait for company. */
  dueAt(): number;
  /**
   * Takes the jobs for the next run: the first in turn, and those right behind it that can share its run. Rejects
   * what is late or has lost its caller. Empty when nothing may run.
   */
  take(now: number, maxRequests: number): readonly J[];
  /** Rejects what is late or has lost its caller, and answers when to look again; `undefined` when nothing waits. */
  expire(now: number): number | undefined;
  /** Rejects everything. */
  refuse(error: SlipwayError): void;
}

export type QueueLimits = Pick<ReplicaLimits, 'maxQueueLength'> & WaitLimits;

export interface JobQueueOptions {
  readonly limits: QueueLimits;
  readonly plan: BatchPlan;
  /** Watches from the first job on. */
  readonly held: HeldTime;
  /** Seconds until so many waiting jobs are likely to be done. */
  readonly secondsFor: (waiting: number) => number;
}

/** Milliseconds between two looks through a full queue for what has no need of its place: a look costs its length. */
const LOOK_PAUSE_MS = 10;

/** Part of a request's patience that it may spend on waiting for company. */
const COMPANY_PART = 0.5;

export function createJobQueue<J extends WaitingJob = Job>({
  limits,
  plan,
  held,
  secondsFor,
}: JobQueueOptions): JobQueue<J> {
  const waiting = createWaitingJobs<J>();
  const patience = createPatience({ limits, held, retryAfterSeconds: () => secondsFor(waiting.size) });
  let lookedAt = Number.NEGATIVE_INFINITY;

  const rejectGone = (now: number) => {
    const gone = waiting.removeWhere((job) => patience.refusal(job, now) !== undefined);
    for (const job of gone) job.reject(patience.refusal(job, now) as SlipwayError);
  };
  const makeRoom = (job: J, room: number): boolean => {
    const now = job.arrivedAt;
    if (now - lookedAt >= LOOK_PAUSE_MS) {
      lookedAt = now;
      rejectGone(now);
      if (waiting.size < room) return true;
    }
    const displaced = waiting.removeFor(job);
    displaced?.reject(full());
    return displaced !== undefined;
  };
  const full = () => queueFull(limits.maxQueueLength, secondsFor(waiting.size));

  const endOfCompany = (job: J): number => {
    const patienceMs = patience.endsAt(job) - job.arrivedAt;
    return job.arrivedAt + Math.min(plan.maxDelayMs, patienceMs * COMPANY_PART);
  };
  const dueAt = () => (rowsOfNextRun(plan, waiting.rows) > 0 ? 0 : waiting.earliest(endOfCompany));

  /** The job whose turn it is, of those that may still run. */
  const next = (now: number): J | undefined => {
    for (let job = waiting.next(); job !== undefined; job = waiting.next()) {
      const error = patience.refusal(job, now);
      if (error === undefined) return job;
      waiting.removeNext();
      job.reject(error);
    }
    return undefined;
  };

  return {
    get size() {
      return waiting.size;
    },
    add(job, canRun) {
      held.watch();
      const room = limits.maxQueueLength + canRun;
      if (waiting.size < room || makeRoom(job, room)) waiting.add(job);
      else job.reject(full());
    },
    patienceEndsAt: patience.endsAt,
    dueAt,
    take(now, maxRequests) {
      const first = maxRequests > 0 ? next(now) : undefined;
      if (first === undefined || dueAt() > now) return [];
      // Those that may wait no longer run with whatever there is.
      const maxRows = rowsOfNextRun(plan, waiting.rows) || plan.maxRows;
      waiting.removeNext();
      const batch = [first];
      let rows = rowsOf(first);
      while (batch.length < maxRequests && rows < maxRows) {
        const other = next(now);
        if (other === undefined || !canShareRun(first, other)) break;
        rows += rowsOf(other);
        if (rows > maxRows) break;
        waiting.removeNext();
        batch.push(other);
      }
      return batch;
    },
    expire(now) {
      rejectGone(now);
      return waiting.size === 0 ? undefined : waiting.earliest(patience.endsAt);
    },
    refuse(error) {
      for (const job of waiting.removeWhere(() => true)) job.reject(error);
    },
  };
}
