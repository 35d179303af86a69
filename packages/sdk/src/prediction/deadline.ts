import { SlipwayError } from '@slipway/contract';

/** The time that a call has, and who may give it up. */
export interface Deadline {
  /** Fires when time is up or the caller gives up. */
  readonly signal: AbortSignal;
  readonly leftMs: () => number;
  /** The error if the call was given up, `undefined` while it was not. */
  readonly ended: () => SlipwayError | undefined;
  /** The result of other work, or throws as soon as the call is given up. */
  readonly within: <T>(work: Promise<T>) => Promise<T>;
  /** Waits, or throws as soon as the call is given up. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Does the work of a call to `where` by a clock that starts now and stops with it. */
export async function withDeadline<T>(
  { where, timeoutMs, caller }: { where: string; timeoutMs: number; caller: AbortSignal | undefined },
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const until = performance.now() + timeoutMs;
  const controller = new AbortController();
  const giveUp = (): void => controller.abort();
  const timer = setTimeout(giveUp, timeoutMs);
  caller?.addEventListener('abort', giveUp);
  if (caller?.aborted) giveUp();

  // Not "using": not every browser has it.
  try {
    return await work({ signal: controller.signal, leftMs, ended, within, pause });
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', giveUp);
  }

  function leftMs(): number {
    return Math.max(0, until - performance.now());
  }

  function ended(): SlipwayError | undefined {
    if (!controller.signal.aborted) return undefined;
    return caller?.aborted
      ? new SlipwayError('cancelled', 'The scoring request was cancelled by the caller.')
      : new SlipwayError('deadline_exceeded', `${where} did not answer within ${timeoutMs} ms.`, {
          details: { timeoutMs },
        });
  }

  async function within<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const stop = (): void => reject(ended());
    controller.signal.addEventListener('abort', stop);
    if (controller.signal.aborted) stop();
    try {
      return await Promise.race([work, promise]);
    } finally {
      controller.signal.removeEventListener('abort', stop);
    }
  }

  async function pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = setTimeout(resolve, milliseconds);
    try {
      await within(promise);
    } finally {
      clearTimeout(waiting);
    }
  }
}
