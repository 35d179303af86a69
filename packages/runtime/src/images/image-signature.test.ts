import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageInput, Signature, TensorSpec } from '@slipway/contract';
import { checkDeclared } from '../models/check-declared.ts';
import { imageInput } from './image-fixtures.ts';
import { imageSignature } from './image-signature.ts';

const pixels: TensorSpec = { name: 'pixels', datatype: 'FP32', shape: ['batch', 8, 8, 3] };
const NO_LABELS = new Map();
const threshold: TensorSpec = { name: 'threshold', datatype: 'FP32', shape: [] };
const scores: TensorSpec = { name: 'scores', datatype: 'FP32', shape: ['batch', 10] };
const model: Signature = { inputs: [threshold, pixels], outputs: [scores] };

test('callers see an input of encoded images under its own name, in its place', () => {
  const image = imageInput({ name: 'Placeholder:0' });
  assert.deepEqual(imageSignature(model, [image]), {
    inputs: [threshold, { name: 'Placeholder:0', datatype: 'BYTES', shape: ['batch'], image }],
    outputs: [scores],
  });
});

test('a model that takes images one at a time shows it', () => {
  const single: Signature = { inputs: [{ ...pixels, shape: [1, 8, 8, 3] }], outputs: [] };
  assert.deepEqual(imageSignature(single, [imageInput()]).inputs[0]?.shape, [1]);
});

const FITTING: readonly [string, TensorSpec, Partial<ImageInput>][] = [
  ['known sides', pixels, {}],
  ['sides that are left open', { ...pixels, shape: [null, 'height', null, 3] }, { width: 99 }],
  ['channels first', { ...pixels, shape: [1, 3, 8, 8] }, { layout: 'NCHW' }],
  ['half precision', { ...pixels, datatype: 'FP16' }, { datatype: 'FP16' }],
  ['the name of the input itself', pixels, { name: 'pixels' }],
];
for (const [what, spec, said] of FITTING) {
  test(`a declaration fits: ${what}`, () => {
    checkDeclared(
      { inputs: [spec, threshold], outputs: [] },
      { images: [imageInput(said)], labels: NO_LABELS },
    );
  });
}

const MISFITS: readonly [string, Partial<ImageInput>, RegExp][] = [
  ['input', { input: 'image' }, /inputs\.image is no input of the model, which has "threshold", "pixels"/],
  [
    'datatype',
    { datatype: 'UINT8' },
    /image\.datatype is UINT8, but the model takes "pixels" FP32 \[batch, 8/,
  ],
  ['width', { width: 9 }, /inputs\.pixels\.image\.width is 9, but the model takes/],
  ['height', { height: 9 }, /inputs\.pixels\.image\.height is 9, but/],
  ['layout', { layout: 'NCHW' }, /image\.layout NCHW: the number of channels is 3, but/],
  [
    'rank',
    { input: 'threshold' },
    /inputs\.threshold\.image\.layout is NHWC, but the model takes "threshold"/,
  ],
  ['name', { name: 'threshold' }, /image\.name is "threshold", but another input of the model has it/],
];
for (const [what, said, message] of MISFITS) {
  test(`a declaration does not fit: ${what}`, () => {
    const declared = { images: [imageInput(said)], labels: NO_LABELS };
    assert.throws(() => checkDeclared(model, declared), { code: 'invalid_model', message });
  });
}

test('all misfits are named at once', () => {
  const images = [imageInput({ width: 9, height: 9, datatype: 'UINT8' })];
  assert.throws(() => checkDeclared(model, { images, labels: NO_LABELS }), {
    message: /datatype is .*; inputs\.pixels\.image\.height is .*; inputs\.pixels\.image\.width is /,
  });
});
