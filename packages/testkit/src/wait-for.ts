import { setTimeout as delay } from 'node:timers/promises';

/** Long enough for a process to start on a busy machine. */
const DEFAULT_TIMEOUT_MS = 60_000;

const POLL_MS = 10;

/** What a condition answers as long as it does not hold. */
type NotYet = undefined | null | false;

export interface WaitOptions {
  /** What is waited for, in words: "the replica to be ready". */
  readonly what: string;
  readonly timeoutMs?: number;
}

/**
 * Asks again and again until `condition` answers with something, and returns that. A condition that throws does
 * not hold yet. After `timeoutMs` (60 s, for busy machines) it throws, naming `what`, with the last error as the cause.
 */
export async function waitFor<T>(
  condition: () => Promise<T | NotYet> | T | NotYet,
  { what, timeoutMs = DEFAULT_TIMEOUT_MS }: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const answer = await within(Math.max(deadline - performance.now(), 1), condition);
      if (answer !== undefined && answer !== null && answer !== false) return answer;
    } catch (error) {
      failure = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`Waited ${timeoutMs} ms for ${what}.`, { cause: failure });
    }
    await delay(POLL_MS);
  }
}

async function within<T>(milliseconds: number, ask: () => Promise<T> | T): Promise<T> {
  const answered = new AbortController();
  const tooLate = delay(milliseconds, undefined, { signal: answered.signal }).then(() => {
    throw new Error('The condition gave no answer in time.');
  });
  try {
    return await Promise.race([ask(), tooLate]);
  } finally {
    tooLate.catch(() => undefined);
    answered.abort();
  }
}
