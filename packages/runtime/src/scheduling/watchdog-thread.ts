import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { RUN_SLOT, STOP_SLOT, type WatchdogData } from './watchdog.ts';

const STANDARD_ERROR = 2;

/** Looks a limit, at most: a run is found out late by that much. */
const MAX_POLL_MS = 250;
const POLLS_A_LIMIT = 4;

const { shared, limitMs } = workerData as WatchdogData;
const slots = new Int32Array(shared);
const pollMs = Math.min(MAX_POLL_MS, limitMs / POLLS_A_LIMIT);

let seen = 0;
let seenSince = performance.now();
while (Atomics.wait(slots, STOP_SLOT, 0, pollMs) === 'timed-out') {
  const run = Atomics.load(slots, RUN_SLOT);
  const now = performance.now();
  if (run === 0 || run !== seen) {
    seen = run;
    seenSince = now;
  } else if (now - seenSince > limitMs) {
    endProcess();
  }
}

/** The socket thread cannot be asked to stop, and the log's own writer may hang on that thread. */
function endProcess(): void {
  const message = `A run on the socket thread is stuck for more than ${limitMs} ms; the replica ends itself.`;
  writeSync(
    STANDARD_ERROR,
    `${JSON.stringify({ level: 'fatal', time: new Date().toISOString(), msg: message })}\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}
