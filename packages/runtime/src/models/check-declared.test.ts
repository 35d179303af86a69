import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Signature, TensorSpec } from '@slipway/contract';
import { imageInput } from '../images/image-fixtures.ts';
import { checkDeclared } from './check-declared.ts';

const output = (name: string, datatype: TensorSpec['datatype'], ...shape: TensorSpec['shape']) => {
  return { name, datatype, shape };
};
const MODEL: Signature = {
  inputs: [],
  outputs: [
    output('scores', 'FP32', 'batch', 3),
    output('open', 'INT64', null, 'classes'),
    output('scalar', 'FP32'),
    output('text', 'BYTES', 'batch', 3),
  ],
};
const check = (labels: Readonly<Record<string, string[]>>) =>
  checkDeclared(MODEL, { images: [], labels: new Map(Object.entries(labels)) });

test('labels fit scores of as many classes, or of any number', () => {
  check({ scores: ['a', 'b', 'c'], open: ['a'] });
});

for (const [labels, problem] of [
  [{ scores: ['a', 'b'] }, 'outputs.scores has 2 labels, but the model gives "scores" FP32 [batch, 3]'],
  [
    { scalar: ['a'] },
    'outputs.scalar has labels, which are for scores of classes, but the model gives "scalar" FP32 []',
  ],
  [
    { text: ['a'] },
    'outputs.text has labels, which are for scores of classes, but the model gives "text" BYTES [batch, 3]',
  ],
  [{ y: ['a'] }, 'outputs.y is no output of the model, which has "scores", "open", "scalar", "text"'],
] as const) {
  test(`labels do not fit: ${problem}`, () => {
    assert.throws(() => check(labels as never), {
      code: 'invalid_model',
      message: `signature.json does not fit the model: ${problem}.`,
    });
  });
}

test('misfits of images and of labels are named at once', () => {
  const labels = new Map([['scores', ['a']]]);
  assert.throws(() => checkDeclared(MODEL, { images: [imageInput()], labels }), {
    message: /inputs\.\w+ is no input of the model.*; outputs\.scores has 1 labels/,
  });
});
