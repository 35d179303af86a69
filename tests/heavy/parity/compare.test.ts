import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Compared, nearness } from './compare.ts';

const EXACT = [1, 2, 3, 7, 5, 6];
const NEAR: Compared = {
  key: 'logits',
  softmax: false,
  labelled: true,
  width: 3,
  float64: Float64Array.from(EXACT),
  float32: Float32Array.of(1, 2.5, 3, 7, 5, 6),
  found: Float32Array.of(1, 2, 4, 7, 5, 6),
};

test('an output is measured against float64 and held to twice the error of TensorFlow', () => {
  assert.deepEqual(nearness(NEAR), {
    key: 'logits',
    softmax: false,
    signal: 6,
    largest: 7,
    error: 1,
    ownError: 0.5,
    otherLabels: 0,
    problems: [],
  });
});

const WRONG: readonly (readonly [what: string, change: Partial<Compared>, problem: RegExp])[] = [
  ['more than twice the error', { found: Float32Array.of(1, 2, 4.1, 7, 5, 6) }, /^is 1\.6e-1 off/],
  ['another largest element', { found: Float32Array.of(1, 3, 3, 7, 5, 6) }, /^1 rows have another/],
  ['an element that is no number', { found: Float32Array.of(1, 2, 3, Number.NaN, 5, 6) }, /no numbers/],
  ['too few rows', { found: Float32Array.of(1, 2, 3) }, /^3 elements instead of 6/],
  ['no dependence on the input', { float64: Float64Array.of(7, 5, 6, 7, 5.1, 6) }, /^varies by 1\.4e-2/],
];

for (const [what, change, problem] of WRONG)
  test(`${what} is a problem`, () => {
    const { problems } = nearness({ ...NEAR, ...change });
    assert.ok(
      problems.some((one) => problem.test(one)),
      problems.join('; '),
    );
  });

test('what follows a softmax may vary little', () => {
  const rows = [1, 0.5, 0, 1, 0.49, 0];
  const [float64, float32] = [Float64Array.from(rows), Float32Array.from(rows)];
  assert.deepEqual(nearness({ ...NEAR, softmax: true, float64, float32, found: float32 }).problems, []);
});

test('features that float32 confuses are no other label, and others are', () => {
  const otherLabels = (labelled: boolean, found: Float32Array) =>
    nearness({ ...NEAR, labelled, found }).otherLabels;
  const near = Float32Array.of(1, 3, 2.9, 7, 5, 6);
  const far = Float32Array.of(4, 2, 3, 7, 5, 6);
  assert.deepEqual([otherLabels(true, near), otherLabels(false, near)], [1, 0]);
  assert.deepEqual([otherLabels(true, far), otherLabels(false, far)], [1, 1]);
});
