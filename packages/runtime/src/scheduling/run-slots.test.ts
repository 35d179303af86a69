import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRunSlots } from './run-slots.ts';

test('grants no more slots than there are', () => {
  const slots = createRunSlots(3);
  assert.equal(slots.take(2), 2);
  assert.equal(slots.take(2), 1);
  assert.equal(slots.take(2), 0);
  slots.give(2);
  assert.equal(slots.take(5), 2);
});

test('calls back when there are slots again', () => {
  const slots = createRunSlots(1);
  let calls = 0;
  slots.onFree(() => {
    calls += 1;
  });
  slots.take(1);
  slots.give(1);
  assert.equal(calls, 1);
});

test('grants everything without a limit', () => {
  assert.equal(createRunSlots(null).take(1_000_000), 1_000_000);
});
