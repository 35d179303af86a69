import type { SlipwayError } from '@slipway/contract';
import type { Credentials } from './credentials.ts';
import type { Deadline } from './deadline.ts';
import type { RetryPolicy } from './types.ts';

/** How one attempt ended. */
export type Outcome<T> = { readonly value: T } | Failure;

/** An attempt that failed. Only one that certainly was not run may be repeated. */
export interface Failure {
  readonly error: SlipwayError;
  readonly repeatable: boolean;
  /** The pause that the service asks for. */
  readonly afterMs?: number | undefined;
}

/** Three repeats within two seconds carry over the change of a replica; more would hide that something is broken. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 4, firstPauseMs: 100, longestPauseMs: 2_000 };

/**
 * Tries until an attempt succeeds, fails in a way that another would too, or there is no time or attempt left: then its error is
 * thrown. A refused key or token is renewed once, which counts as no attempt.
 */
export async function attemptWithin<T>(
  { deadline, credentials, retry }: { deadline: Deadline; credentials: Credentials; retry: RetryPolicy },
  attempt: (credential: string | undefined) => Promise<Outcome<T>>,
): Promise<T> {
  let attempts = 0;
  let mayRenew = true;
  for (;;) {
    const credential = await deadline.within(credentials.current());
    const outcome = await attempt(credential);
    if ('value' in outcome) return outcome.value;
    if (mayRenew && outcome.error.code === 'unauthenticated' && credentials.renew(credential)) {
      mayRenew = false;
      continue;
    }
    attempts += 1;
    const pauseMs = outcome.afterMs ?? pauseAfter(attempts, retry);
    if (!outcome.repeatable || attempts >= retry.attempts || pauseMs >= deadline.leftMs())
      throw outcome.error;
    await deadline.pause(pauseMs);
  }
}

/** Doubles each time; half of it is chance, so that callers who were refused together do not come back together. */
function pauseAfter(attempts: number, { firstPauseMs, longestPauseMs }: RetryPolicy): number {
  const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1));
  return longest * (0.5 + Math.random() / 2);
}
