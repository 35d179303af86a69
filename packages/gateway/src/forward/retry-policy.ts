import type { AttemptFailure } from './attempt.ts';

/** Why a replica gave no answer, to a request or to a call of gRPC. */
export interface ReplicaFailure {
  readonly kind: AttemptFailure['kind'];
  readonly error?: Error;
}

/** What decides whether a request may be sent to another replica. */
export interface RetryFacts {
  /** The body can be sent again from its first byte. */
  readonly replayable: boolean;
  /** Milliseconds since the request came. */
  readonly elapsedMs: number;
  readonly scoringTimeoutMs: number;
}

/**
 * True if no harm can come of another try: the replica was not reached, said that it has not run the request, or
 * closed without a byte of a response. Not after the scoring timeout: a replica that dies then was most likely
 * replaced because of this very request, and the next would be too.
 */
export function mayRetry(failure: ReplicaFailure, facts: RetryFacts): boolean {
  if (!facts.replayable || facts.elapsedMs >= facts.scoringTimeoutMs) return false;
  return failure.kind === 'unreachable' || failure.kind === 'refused' || failure.kind === 'closed';
}

/**
 * Which of the failures of a request the caller is told, when no replica is left: the one that may have cost it a run,
 * else the last refusal, else that no replica could be reached. `undefined` if none was there to try.
 */
export function failureToReport<Failure extends ReplicaFailure>(
  failures: readonly Failure[],
): Failure | undefined {
  return (
    failures.findLast(({ kind }) => kind !== 'refused' && kind !== 'unreachable') ??
    failures.findLast(({ kind }) => kind === 'refused') ??
    failures.at(-1)
  );
}
