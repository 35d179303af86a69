import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConnection } from './connection.ts';

/** A connection whose openings and closings are told, each by its number. */
function recorded(idleMs: number) {
  const events: string[] = [];
  let count = 0;
  const connection = createConnection(() => {
    count += 1;
    const number = count;
    events.push(`open ${number}`);
    return { number, close: () => void events.push(`close ${number}`) };
  }, idleMs);
  const ask = () => connection.use(async ({ number }) => number);
  return { connection, events, ask };
}

test('a connection is made with the first call, and used again', async () => {
  const { events, ask } = recorded(60_000);
  assert.deepEqual(events, []);
  assert.deepEqual([await ask(), await ask()], [1, 1]);
  assert.deepEqual(events, ['open 1']);
});

test('one that nobody used for too long is closed and made anew', async () => {
  const { events, ask } = recorded(-1);
  assert.deepEqual([await ask(), await ask()], [1, 2]);
  assert.deepEqual(events, ['open 1', 'close 1', 'open 2']);
});

test('what runs on a connection goes on when it is renewed', async () => {
  const { connection, events, ask } = recorded(60_000);
  const { promise, resolve } = Promise.withResolvers<void>();
  const running = connection.use(async ({ number }) => {
    await promise;
    return number;
  });
  connection.renew();
  assert.equal(await ask(), 2);
  assert.deepEqual(events, ['open 1', 'open 2']);
  resolve();
  assert.equal(await running, 1);
  assert.deepEqual(events, ['open 1', 'open 2', 'close 1']);
});

test('closing ends all of them, once', async () => {
  const { connection, events, ask } = recorded(60_000);
  const { promise, resolve } = Promise.withResolvers<void>();
  const running = connection.use(() => promise);
  connection.renew();
  await ask();
  connection.close();
  assert.deepEqual(events.slice(2), ['close 1', 'close 2']);
  resolve();
  await running;
  assert.deepEqual(events.slice(2), ['close 1', 'close 2']);
});
