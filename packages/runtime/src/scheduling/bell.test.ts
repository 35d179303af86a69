import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { BELL_BYTES, createBell } from './bell.ts';

const BELL_MODULE = new URL('./bell.js', import.meta.url).href;

/** Long enough to hear something that was rung. */
const NO_RING_MS = 50;

const twoSides = () => {
  const memory = new SharedArrayBuffer(BELL_BYTES);
  return [createBell(memory), createBell(memory)] as const;
};

test('a ring that came before is heard, once', async () => {
  const [here, there] = twoSides();
  here.ring();
  here.ring();
  assert.equal(there.next(), undefined);
  const waiting = there.next();
  assert.ok(waiting);
  here.ring();
  await waiting;
});

test('a thread that waits hears every ring of another, a thousand times', async () => {
  const memory = [new SharedArrayBuffer(BELL_BYTES), new SharedArrayBuffer(BELL_BYTES)] as const;
  const echo = `
    const { workerData } = require('node:worker_threads');
    import(workerData.module).then(({ createBell }) => {
      const [asked, answered] = workerData.memory.map(createBell);
      for (let count = 0; count < 1000; count += 1) {
        asked.wait();
        answered.ring();
      }
    });`;
  const thread = new Worker(echo, { eval: true, workerData: { module: BELL_MODULE, memory } });
  const [asked, answered] = memory.map(createBell);
  for (let count = 0; count < 1_000; count += 1) {
    asked?.ring();
    await answered?.next();
  }
  assert.deepEqual(await once(thread, 'exit'), [0]);
});

test('who waits takes the end of a ring that was heard already for no new one', async () => {
  const memory = new SharedArrayBuffer(BELL_BYTES);
  const words = new Int32Array(memory);
  const bell = createBell(memory);
  let heard = false;
  const next = bell.next()?.then(() => (heard = true));
  Atomics.notify(words, 0);
  await sleep(NO_RING_MS);
  assert.equal(heard, false);
  createBell(memory).ring();
  await next;
  assert.equal(heard, true);
});

test('nor does a thread that waits', async () => {
  const memory = new SharedArrayBuffer(BELL_BYTES);
  const words = new Int32Array(memory);
  const waiter = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(({ createBell }) => {
      createBell(workerData.memory).wait();
      parentPort.postMessage('heard');
    });`;
  const thread = new Worker(waiter, { eval: true, workerData: { module: BELL_MODULE, memory } });
  let heard = false;
  thread.once('message', () => (heard = true));
  while (Atomics.notify(words, 0) === 0) await sleep(1);
  await sleep(NO_RING_MS);
  assert.equal(heard, false);
  createBell(memory).ring();
  await once(thread, 'exit');
  assert.equal(heard, true);
});
