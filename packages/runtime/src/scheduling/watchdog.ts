import { Worker } from 'node:worker_threads';

/**
 * Watches runs on the socket thread: while one is stuck there, nothing on that thread can act. A thread of
 * its own then ends the process, after a line on standard error that says so.
 */
export interface Watchdog {
  /** To be called right before and right after each run. */
  enter(): void;
  leave(): void;
  /** Ends the thread. */
  close(): Promise<void>;
}

/** What the thread is told. `shared` is `[number of the run or 0 while there is none, 1 to stop]`. */
export interface WatchdogData {
  readonly shared: SharedArrayBuffer;
  readonly limitMs: number;
}

export const RUN_SLOT = 0;
export const STOP_SLOT = 1;

/** Run numbers start again from 1 here, so that they fit an Int32Array. */
const MAX_RUN_NUMBER = 0x7fff_ffff;

/** Starts a watchdog that lets no run last longer than `limitMs`. */
export function startWatchdog(limitMs: number): Watchdog {
  const shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const slots = new Int32Array(shared);
  const workerData: WatchdogData = { shared, limitMs };
  const thread = new Worker(new URL('./watchdog-thread.js', import.meta.url), { workerData });
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  thread.unref();
  let run = 0;
  return {
    enter() {
      run = run === MAX_RUN_NUMBER ? 1 : run + 1;
      Atomics.store(slots, RUN_SLOT, run);
    },
    leave() {
      Atomics.store(slots, RUN_SLOT, 0);
    },
    async close() {
      Atomics.store(slots, STOP_SLOT, 1);
      Atomics.notify(slots, STOP_SLOT);
      thread.ref();
      await ended;
    },
  };
}
