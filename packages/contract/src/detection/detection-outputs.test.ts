import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '../tensors.ts';
import { readDetections } from './detection-outputs.ts';
import { outputsOf } from './ssd-outputs.test.helper.ts';

const floats = (name: string, shape: readonly number[], ...numbers: number[]): Tensor => {
  return { name, datatype: 'FP32', shape, data: Float32Array.from(numbers) };
};

/** A cat and a dog in the first image, nothing in the second. */
const OUTPUTS: readonly Tensor[] = [
  floats('boxes', [2, 2, 4], 0, 0.25, 0.5, 1, 0.125, 0, 1, 0.75, ...Array(8).fill(0)),
  floats('classes', [2, 2], 8, 12, 0, 0),
  floats('scores', [2, 2], 0.875, 0.75, 0, 0),
  floats('num_detections', [2], 2, 0),
];
const NAMES = ['cat', '', '', ''].map((name) => new TextEncoder().encode(name));
const LABELS: Tensor = { name: 'labels', datatype: 'BYTES', shape: [2, 2], data: NAMES };

const CAT = {
  classIndex: 8,
  label: undefined,
  score: 0.875,
  box: { yMin: 0, xMin: 0.25, yMax: 0.5, xMax: 1 },
};
const DOG = {
  classIndex: 12,
  label: undefined,
  score: 0.75,
  box: { yMin: 0.125, xMin: 0, yMax: 1, xMax: 0.75 },
};

test('what a service found is read image by image, without what fills up', () => {
  assert.deepEqual(readDetections(OUTPUTS), [[CAT, DOG], []]);
  assert.deepEqual(readDetections([LABELS, ...OUTPUTS]), [[{ ...CAT, label: 'cat' }, DOG], []]);
});

test('other names go before those of the service, and a threshold leaves out what does not exceed it', () => {
  const labels = Array.from({ length: 21 }, (_, index) => (index === 12 ? 'Hund' : ''));
  assert.deepEqual(readDetections([...OUTPUTS, LABELS], { labels }), [[CAT, { ...DOG, label: 'Hund' }], []]);
  assert.deepEqual(readDetections(OUTPUTS, { selectThreshold: 0.75 }), [[CAT], []]);
});

test('nothing is found where arrays of JSON have lost their last axes', () => {
  const nothing = ['boxes', 'classes', 'scores'].map((name) => floats(name, [2, 0]));
  assert.deepEqual(readDetections([...nothing, floats('num_detections', [2], 0, 0)]), [[], []]);
  assert.deepEqual(readDetections([...nothing, floats('num_detections', [0])]), []);
});

test('outputs of another kind are none', () => {
  assert.equal(readDetections(outputsOf(1, () => 0)), undefined);
  assert.equal(readDetections(OUTPUTS.slice(1)), undefined);
});

const [boxes = assert.fail(), classes = assert.fail(), scores = assert.fail(), count = assert.fail()] =
  OUTPUTS;
const REFUSED: readonly [string, readonly Tensor[], RegExp][] = [
  [
    'boxes of other rows',
    [floats('boxes', [2, 1, 4], ...Array(8).fill(0)), classes, scores, count],
    /"boxes" has 8 elements, .* must have 16/,
  ],
  [
    'more than there is',
    [boxes, classes, scores, floats('num_detections', [2], 3, 0)],
    /"num_detections" is 3 at 0/,
  ],
  [
    'a count that is not whole',
    [boxes, classes, scores, floats('num_detections', [2], 0.5, 0)],
    /is 0\.5 at 0/,
  ],
  [
    'a score that is no number',
    [boxes, classes, floats('scores', [2, 2], Number.NaN, 0, 0, 0), count],
    /"scores" has no finite number at 0/,
  ],
  [
    'scores of half an image',
    [boxes, classes, floats('scores', [3], 1, 1, 1), count],
    /"boxes" has 16 elements, .* 12/,
  ],
  [
    'names of other rows',
    [...OUTPUTS, { ...LABELS, shape: [1, 3], data: NAMES.slice(1) }],
    /"labels" has 3 elements/,
  ],
];
test('too few names are refused', () => {
  assert.throws(() => readDetections(OUTPUTS, { labels: ['background', 'cat'] }), {
    code: 'invalid_argument',
    message: /There are 2 labels, and an object of class 8 was found/,
  });
});

for (const [what, outputs, message] of REFUSED)
  test(`${what}: refused`, () =>
    assert.throws(() => readDetections(outputs), { code: 'invalid_argument', message }));
