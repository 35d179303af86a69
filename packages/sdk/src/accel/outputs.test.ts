import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '@slipway/contract';
import { chosen, withoutBatch } from './outputs.ts';

const SCORES: Tensor = { name: 'scores', datatype: 'FP32', shape: [1, 2], data: Float32Array.of(0.25, 0.75) };
const BOXES: Tensor = {
  name: 'boxes',
  datatype: 'FP32',
  shape: [1, 1, 4],
  data: Float32Array.of(0, 0, 1, 1),
};
const WORDS: Tensor = {
  name: 'words',
  datatype: 'BYTES',
  shape: [2],
  data: [Buffer.from('a'), Buffer.from('b')],
};

test('one name is one tensor, several are a list, none is what there is', () => {
  assert.deepEqual(chosen({ scores: SCORES }, 'scores'), SCORES);
  assert.deepEqual(chosen({ scores: SCORES }, ['scores']), [SCORES]);
  assert.deepEqual(chosen({ scores: SCORES }, undefined), SCORES);
  assert.deepEqual(chosen({ boxes: BOXES, scores: SCORES }, ['boxes', 'scores']), [BOXES, SCORES]);
  assert.deepEqual(chosen({ boxes: BOXES, scores: SCORES }, undefined), [BOXES, SCORES]);
  assert.deepEqual(chosen({}, undefined), []);
});

test('one tensor loses the axis of the batch, those of a list keep it', () => {
  assert.deepEqual(withoutBatch(SCORES), { ...SCORES, shape: [2] });
  assert.deepEqual(withoutBatch([SCORES, BOXES]), [SCORES, BOXES]);
});

test('the first item of several is the answer, and a tensor without an axis stays as it is', () => {
  assert.deepEqual(withoutBatch(WORDS), { ...WORDS, shape: [], data: [Buffer.from('a')] });
  const scalar: Tensor = { name: 'count', datatype: 'INT32', shape: [], data: Int32Array.of(3) };
  assert.deepEqual(withoutBatch(scalar), scalar);
});
