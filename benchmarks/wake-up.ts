// Measures what waking a sleeping core costs on this machine, which every hop between threads pays, by a message of one word, by
// one that describes a tensor, and through shared memory: npm run bench:wake-up
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { median } from '@slipway/testkit';

const ROUNDS = 1_000;

/** Long enough for both threads, and the cores they ran on, to fall asleep. */
const PAUSE_MS = 3;

const PIXELS = 784;

const ECHO_MESSAGES = `const { parentPort } = require('node:worker_threads');
parentPort.on('message', (message) => {
  parentPort.postMessage(message, message.inputs?.map(({ data }) => data.buffer));
});`;

const ECHO_RINGS = `const words = new Int32Array(require('node:worker_threads').workerData);
for (let heard = 0; ; ) {
  Atomics.wait(words, 0, heard);
  heard = Atomics.load(words, 0);
  Atomics.add(words, 1, 1);
  Atomics.notify(words, 1);
}`;

interface Way {
  readonly what: string;
  /** Sends; the answer is to be waited for. */
  readonly send: () => Promise<unknown>;
  readonly calls: number[];
  readonly roundTrips: number[];
}

const memory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
const words = new Int32Array(memory);
const messages = new Worker(ECHO_MESSAGES, { eval: true });
const rings = new Worker(ECHO_RINGS, { eval: true, workerData: memory });
await Promise.all([once(messages, 'online'), once(rings, 'online')]);

const ways = [
  way('One word', () => {
    const answer = once(messages, 'message');
    messages.postMessage('framed');
    return answer;
  }),
  way('A tensor', () => {
    const data = new Float32Array(PIXELS);
    const answer = once(messages, 'message');
    const input = { name: 'image', datatype: 'FP32', shape: [1, PIXELS], data };
    messages.postMessage({ kind: 'run', inputs: [input] }, [data.buffer]);
    return answer;
  }),
  way('A ring', async () => {
    const before = Atomics.load(words, 1);
    Atomics.add(words, 0, 1);
    Atomics.notify(words, 0);
    await Atomics.waitAsync(words, 1, before).value;
  }),
];
for (let round = 0; round < ROUNDS; round += 1) {
  // In turn, so that other work on the machine slows all alike.
  for (const { send, calls, roundTrips } of ways) {
    const startedAt = performance.now();
    const answer = send();
    calls.push(performance.now() - startedAt);
    await answer;
    roundTrips.push(performance.now() - startedAt);
    await sleep(PAUSE_MS);
  }
}
await Promise.all([messages.terminate(), rings.terminate()]);
for (const { what, calls, roundTrips } of ways) {
  console.log(
    `${what} to a sleeping thread and back: ${microseconds(roundTrips)} µs, of which the call takes ${microseconds(calls)} µs (medians of ${ROUNDS}).`,
  );
}

function way(what: string, send: () => Promise<unknown>): Way {
  return { what, send, calls: [], roundTrips: [] };
}

function microseconds(values: readonly number[]): string {
  return (median(values) * 1000).toFixed(0);
}
