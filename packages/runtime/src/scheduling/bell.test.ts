import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { BELL_BYTES, createBell } from './bell.ts';

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
  const module = new URL('./bell.js', import.meta.url).href;
  const thread = new Worker(echo, { eval: true, workerData: { module, memory } });
  const [asked, answered] = memory.map(createBell);
  for (let count = 0; count < 1_000; count += 1) {
    asked?.ring();
    await answered?.next();
  }
  assert.deepEqual(await once(thread, 'exit'), [0]);
});
