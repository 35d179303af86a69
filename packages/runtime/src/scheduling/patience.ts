import type { ReplicaLimits, SlipwayError } from '@slipway/contract';
import type { WaitingJob } from './job.ts';
import { callerGone, requestTimedOut, timedOut, waitedTooLong } from './refusals.ts';

export type WaitLimits = Pick<ReplicaLimits, 'maxQueueWaitMs' | 'scoringTimeoutMs'>;

/** How long jobs may wait: the shortest of the service's limits and the caller's own timeout. */
export interface Patience {
  /** The time after which the job is not run any more. */
  endsAt(job: WaitingJob): number;
  /** Why the job must leave the queue unrun; `undefined` while it may wait. */
  refusal(job: WaitingJob, now: number): SlipwayError | undefined;
}

/** `retryAfterSeconds` tells a caller whose request waited too long when to come again. */
export function createPatience(limits: WaitLimits, retryAfterSeconds: () => number): Patience {
  const { maxQueueWaitMs, scoringTimeoutMs } = limits;
  const limitMs = Math.min(maxQueueWaitMs, scoringTimeoutMs);

  const late = ({ timeoutMs }: WaitingJob): SlipwayError => {
    if (timeoutMs !== undefined && timeoutMs > 0 && timeoutMs < limitMs) return requestTimedOut(timeoutMs);
    return limitMs === maxQueueWaitMs
      ? waitedTooLong(limitMs, retryAfterSeconds())
      : timedOut(limitMs, false);
  };
  const endsAt = ({ arrivedAt, timeoutMs }: WaitingJob): number =>
    arrivedAt + (timeoutMs !== undefined && timeoutMs > 0 && timeoutMs < limitMs ? timeoutMs : limitMs);

  return {
    endsAt,
    refusal(job, now) {
      if (job.signal?.aborted === true) return callerGone();
      return now > endsAt(job) ? late(job) : undefined;
    },
  };
}
