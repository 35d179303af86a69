// Measures what waking a sleeping core costs on this machine, which every hop between threads pays, and what a
// message adds that describes a tensor instead of saying one word: npm run bench:wake-up
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Tensor } from '@slipway/contract';
import { median } from '@slipway/testkit';

const MESSAGES = 1_000;

/** Long enough for both threads, and the cores they ran on, to fall asleep. */
const PAUSE_MS = 3;

const PIXELS = 784;

const ECHO = `const { parentPort } = require('node:worker_threads');
parentPort.on('message', (message) => {
  parentPort.postMessage(message, message.inputs?.map(({ data }) => data.buffer));
});`;

type Message = 'framed' | { readonly kind: 'run'; readonly inputs: readonly Tensor[] };

const createWord = (): Message => 'framed';
const createRun = (): Message => ({
  kind: 'run',
  inputs: [{ name: 'image', datatype: 'FP32', shape: [1, PIXELS], data: new Float32Array(PIXELS) }],
});

const worker = new Worker(ECHO, { eval: true });
const kinds = [
  { what: 'One word', create: createWord, calls: [] as number[], roundTrips: [] as number[] },
  { what: 'A tensor', create: createRun, calls: [] as number[], roundTrips: [] as number[] },
];
for (let count = 0; count < MESSAGES; count += 1) {
  // In turn, so that other work on the machine slows both alike.
  for (const { create, calls, roundTrips } of kinds) {
    const message = create();
    const buffers =
      message === 'framed'
        ? []
        : message.inputs.map(({ data }) => (data as Float32Array<ArrayBuffer>).buffer);
    const answered = new Promise((resolve) => worker.once('message', resolve));
    const startedAt = performance.now();
    worker.postMessage(message, buffers);
    calls.push(performance.now() - startedAt);
    await answered;
    roundTrips.push(performance.now() - startedAt);
    await sleep(PAUSE_MS);
  }
}
await worker.terminate();
const microseconds = (values: readonly number[]) => (median(values) * 1000).toFixed(0);
for (const { what, calls, roundTrips } of kinds) {
  console.log(
    `${what} to a sleeping thread and back: ${microseconds(roundTrips)} µs, of which the call takes ${microseconds(calls)} µs (medians of ${MESSAGES}).`,
  );
}
