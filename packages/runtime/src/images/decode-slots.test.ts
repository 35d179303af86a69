import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDecodeSlots } from './decode-slots.ts';

test('runs no more at once than there are slots, in the order of their coming', async () => {
  const slots = createDecodeSlots(2);
  const started: number[] = [];
  const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const runs = gates.map((gate, index) =>
    slots.run(() => {
      started.push(index);
      return gate.promise;
    }),
  );
  const end = async (index: number) => {
    gates[index]?.resolve();
    await runs[index];
  };
  await Promise.resolve();
  assert.deepEqual(started, [0, 1]);
  await end(1);
  assert.deepEqual(started, [0, 1, 2]);
  await end(0);
  assert.deepEqual(started, [0, 1, 2, 3]);
  await Promise.all([end(2), end(3)]);
});

test('work that fails gives its slot back', async () => {
  const slots = createDecodeSlots(1);
  const failing = slots.run(() => Promise.reject(new Error('broken')));
  const next = slots.run(async () => 'done');
  await assert.rejects(failing, /broken/);
  assert.equal(await next, 'done');
});
