import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInputMemory } from './input-memory.ts';

test('room is used again by the next run, and by nothing else in the same one', () => {
  const { rewind, take } = createInputMemory();
  const first = [take('FP32', 4), take('FP32', 4)];
  assert.notEqual(first[0], first[1]);
  rewind();
  assert.deepEqual([take('FP32', 4) === first[0], take('FP32', 4) === first[1]], [true, true]);
});

test('room of another size or type, or that went to another thread, is made anew', () => {
  const { rewind, take } = createInputMemory();
  const known = take('FP32', 4);
  rewind();
  const longer = take('FP32', 5);
  assert.ok(longer !== known && longer.length === 5);
  rewind();
  assert.ok(take('INT32', 5) instanceof Int32Array);
  rewind();
  const sent = take('INT32', 5);
  structuredClone(sent, { transfer: [sent.buffer as ArrayBuffer] });
  rewind();
  assert.deepEqual(take('INT32', 5), new Int32Array(5));
  rewind();
  const empty = take('INT32', 0);
  structuredClone(empty, { transfer: [empty.buffer as ArrayBuffer] });
  rewind();
  assert.ok(!(take('INT32', 0).buffer as ArrayBuffer).detached);
});

test('what the last run did not use is given up', () => {
  const { rewind, take } = createInputMemory();
  take('FP32', 4);
  const second = take('FP32', 4);
  rewind();
  take('FP32', 4);
  rewind();
  take('FP32', 4);
  assert.notEqual(take('FP32', 4), second);
});
