// Measures what waking a sleeping core costs on this machine, which every hop between threads pays: npm run bench:wake-up
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { median } from '@slipway/testkit';

const MESSAGES = 1_000;

/** Long enough for both threads, and the cores they ran on, to fall asleep. */
const PAUSE_MS = 3;

const ECHO = `const { parentPort } = require('node:worker_threads'); parentPort.on('message', () => parentPort.postMessage(0));`;

const worker = new Worker(ECHO, { eval: true });
const calls: number[] = [];
const roundTrips: number[] = [];
for (let message = 0; message < MESSAGES; message += 1) {
  const answered = new Promise((resolve) => worker.once('message', resolve));
  const startedAt = performance.now();
  worker.postMessage(0);
  calls.push(performance.now() - startedAt);
  await answered;
  roundTrips.push(performance.now() - startedAt);
  await sleep(PAUSE_MS);
}
await worker.terminate();
const microseconds = (values: readonly number[]) => (median(values) * 1000).toFixed(0);
console.log(
  `An empty message to a sleeping thread and back: ${microseconds(roundTrips)} µs, of which the call takes ${microseconds(calls)} µs (medians of ${MESSAGES}).`,
);
