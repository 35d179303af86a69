import { SlipwayError } from '@slipway/contract';
import { pause } from '../pause.ts';

/** Milliseconds before the second and each further attempt, as Azure's client for Python has them. */
export const RETRY_PAUSES_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000];

/** How attempts follow each other. */
export interface Attempts {
  /** One pause before each repeat: there is one attempt more than pauses. */
  readonly pausesMs: readonly number[];
  /** Told before each repeat what the attempt before it ended with. */
  readonly onRepeat: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Tries until an attempt succeeds. Whatever went wrong is tried again, a refused key and an unknown service too, except what the
 * caller has to change, and a call that was given up. Throws the error of the last attempt.
 */
export async function tryAgain<T>(
  { pausesMs, onRepeat, signal }: Attempts,
  attempt: () => Promise<T>,
): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!isRepeatable(thrown)) throw thrown;
      await pause(pauseMs, signal);
      onRepeat(thrown);
    }
  }
  return await attempt();
}

function isRepeatable(thrown: unknown): boolean {
  return !(
    thrown instanceof SlipwayError &&
    (thrown.code === 'invalid_argument' || thrown.code === 'cancelled')
  );
}
