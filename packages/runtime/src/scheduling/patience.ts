import type { ReplicaLimits, SlipwayError } from '@slipway/contract';
import type { HeldTime } from './held-time.ts';
import type { WaitingJob } from './job.ts';
import { callerGone, requestTimedOut, timedOut, waitedTooLong } from './refusals.ts';

export type WaitLimits = Pick<ReplicaLimits, 'maxQueueWaitMs' | 'scoringTimeoutMs'>;

/** How long jobs may wait: the shortest of the service's limits and the caller's own timeout. */
export interface Patience {
  /** The time after which the job is not run any more, as far as it is known now. */
  endsAt(job: WaitingJob): number;
  /** Why the job must leave the queue unrun; `undefined` while it may wait. */
  refusal(job: WaitingJob, now: number): SlipwayError | undefined;
}

export interface PatienceOptions {
  readonly limits: WaitLimits;
  /** It does not count as waiting in the queue. It does count for timeouts, which callers have on their own clocks. */
  readonly held: HeldTime;
  /** When a caller whose request waited too long is to come again. */
  readonly retryAfterSeconds: () => number;
}

export function createPatience({ limits, held, retryAfterSeconds }: PatienceOptions): Patience {
  const { maxQueueWaitMs, scoringTimeoutMs } = limits;

  const timeoutOf = ({ timeoutMs }: WaitingJob): number =>
    timeoutMs !== undefined && timeoutMs > 0 ? Math.min(timeoutMs, scoringTimeoutMs) : scoringTimeoutMs;
  const waitMsOf = (job: WaitingJob): number => maxQueueWaitMs + held.since(job.arrivedAt);
  const late = (job: WaitingJob): SlipwayError => {
    const timeoutMs = timeoutOf(job);
    if (waitMsOf(job) <= timeoutMs) return waitedTooLong(maxQueueWaitMs, retryAfterSeconds());
    return timeoutMs < scoringTimeoutMs ? requestTimedOut(timeoutMs) : timedOut(scoringTimeoutMs, false);
  };
  const isLate = (job: WaitingJob, now: number): boolean => {
    const waitedMs = now - job.arrivedAt;
    const timeoutMs = timeoutOf(job);
    if (waitedMs <= Math.min(timeoutMs, maxQueueWaitMs)) return false;
    held.look();
    return waitedMs > Math.min(timeoutMs, waitMsOf(job));
  };

  return {
    endsAt: (job) => job.arrivedAt + Math.min(timeoutOf(job), waitMsOf(job)),
    refusal(job, now) {
      if (job.signal?.aborted === true) return callerGone();
      return isLate(job, now) ? late(job) : undefined;
    },
  };
}
