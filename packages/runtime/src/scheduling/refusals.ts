import { SlipwayError } from '@slipway/contract';

/** Tells the front that the request never reached an engine, so that it is safe to send it elsewhere. */
const NOT_RUN = Object.freeze({ notRun: true });

/** The least that `Retry-After` can say. */
export const SHORTEST_PAUSE_SECONDS = 1;

/** `retryAfterSeconds` is when it is worth to come again, as `Retry-After` tells it. */
export function queueFull(limit: number, retryAfterSeconds = SHORTEST_PAUSE_SECONDS): SlipwayError {
  const reason =
    limit === 0
      ? 'The replica is busy, and its deployment lets no request wait.'
      : `The replica already has ${limit} requests waiting.`;
  return new SlipwayError(
    'overloaded',
    `${reason} Send again after a pause, or raise the replicas or the queue length of the deployment.`,
    { details: { ...NOT_RUN, maxQueueLength: limit, retryAfterSeconds } },
  );
}

export function waitedTooLong(limitMs: number, retryAfterSeconds = SHORTEST_PAUSE_SECONDS): SlipwayError {
  return new SlipwayError(
    'overloaded',
    `The request waited more than ${limitMs} ms for its turn and was not run. Send again after a pause, or raise the replicas or the queue wait of the deployment.`,
    { details: { ...NOT_RUN, maxQueueWaitMs: limitMs, retryAfterSeconds } },
  );
}

/** `run` is whether the engine had begun; if it had, its result is thrown away. */
export function timedOut(limitMs: number, run: boolean): SlipwayError {
  return new SlipwayError('deadline_exceeded', `Scoring timeout after ${limitMs} ms.`, {
    details: { ...(run ? {} : NOT_RUN), scoringTimeoutMs: limitMs },
  });
}

export function requestTimedOut(timeoutMs: number): SlipwayError {
  return new SlipwayError(
    'deadline_exceeded',
    `The request waited longer for its turn than its own timeout of ${timeoutMs} ms allows, and was not run.`,
    { details: { ...NOT_RUN, requestTimeoutMs: timeoutMs } },
  );
}

export function callerGone(): SlipwayError {
  return new SlipwayError('cancelled', 'The caller gave the request up before it was run.', {
    details: NOT_RUN,
  });
}

export function draining(): SlipwayError {
  return new SlipwayError('unavailable', 'The replica is shutting down and takes no new requests.', {
    details: NOT_RUN,
  });
}

export function stuck(model: string): SlipwayError {
  return new SlipwayError(
    'unavailable',
    `A run of model "${model}" is stuck; the replica is being replaced and takes no new requests.`,
    { details: NOT_RUN },
  );
}
