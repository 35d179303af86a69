import { SlipwayError } from '@slipway/contract';

/** The time that a call has, and who may give it up. */
export interface Deadline extends Disposable {
  /** Fires when time is up or the caller gives up. */
  readonly signal: AbortSignal;
  readonly leftMs: () => number;
  /** The error if the call was given up, `undefined` while it was not. */
  readonly ended: () => SlipwayError | undefined;
  /** Waits, or throws as soon as the call is given up. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Starts the clock of a call to `where`. */
export function startDeadline(where: string, timeoutMs: number, caller: AbortSignal | undefined): Deadline {
  const until = performance.now() + timeoutMs;
  const controller = new AbortController();
  const giveUp = (): void => controller.abort();
  const timer = setTimeout(giveUp, timeoutMs);
  caller?.addEventListener('abort', giveUp);
  if (caller?.aborted) giveUp();

  return { signal: controller.signal, leftMs, ended, pause, [Symbol.dispose]: dispose };

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

  async function pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(waiting);
        controller.signal.removeEventListener('abort', done);
        resolve();
      };
      const waiting = setTimeout(done, milliseconds);
      controller.signal.addEventListener('abort', done);
      if (controller.signal.aborted) done();
    });
    const error = ended();
    if (error !== undefined) throw error;
  }

  function dispose(): void {
    clearTimeout(timer);
    caller?.removeEventListener('abort', giveUp);
  }
}
