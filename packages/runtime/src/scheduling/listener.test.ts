import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { BELL_BYTES, createBell } from './bell.ts';
import { createListener } from './listener.ts';

/** Longer than a listener looks before it sleeps. */
const LONG_MS = 20;

/** A listener, the other side of its bell, and how often it went to sleep and heard. */
function listening({ mayLook }: { mayLook: boolean }) {
  const memory = new SharedArrayBuffer(BELL_BYTES);
  const there = createBell(memory);
  const bell = createBell(memory);
  const seen = { heard: 0, sleeps: 0 };
  const here = {
    ...bell,
    next() {
      seen.sleeps += 1;
      return bell.next();
    },
  };
  const listen = createListener(here, () => (seen.heard += 1), mayLook);
  return { listen, there, seen };
}

test('a ring that comes soon is heard without sleep', async () => {
  const { listen, there, seen } = listening({ mayLook: true });
  listen();
  there.ring();
  assert.equal(seen.heard, 0);
  await turn();
  assert.deepEqual(seen, { heard: 1, sleeps: 0 });
});

test('a ring that comes late is heard, too, once, however often it was listened for', async () => {
  const { listen, there, seen } = listening({ mayLook: true });
  listen();
  listen();
  await sleep(LONG_MS);
  listen();
  assert.deepEqual(seen, { heard: 0, sleeps: 1 });
  there.ring();
  await sleep(LONG_MS);
  assert.deepEqual(seen, { heard: 1, sleeps: 1 });
});

test('after looking in vain it sleeps at once for fifteen rings, and then looks again', async () => {
  const { listen, there, seen } = listening({ mayLook: true });
  listen();
  await sleep(LONG_MS);
  there.ring();
  await sleep(1);
  for (let ring = 0; ring < 15; ring += 1) {
    listen();
    assert.equal(seen.sleeps, ring + 2);
    there.ring();
    await sleep(1);
  }
  listen();
  assert.deepEqual(seen, { heard: 16, sleeps: 16 });
});

test('where it may not look it sleeps at once, and hears what rang before', async () => {
  const { listen, there, seen } = listening({ mayLook: false });
  listen();
  assert.equal(seen.sleeps, 1);
  there.ring();
  await sleep(1);
  assert.equal(seen.heard, 1);
  there.ring();
  listen();
  assert.deepEqual(seen, { heard: 2, sleeps: 2 });
});
