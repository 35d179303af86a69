import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, percentile } from './statistics.ts';

const HUNDRED = Array.from({ length: 100 }, (_, index) => index + 1);

for (const [fraction, expected] of [
  [0, 1],
  [0.5, 50],
  [0.99, 99],
  [1, 100],
] as const) {
  test(`percentile ${fraction} of 1 to 100 is ${expected}`, () => {
    assert.equal(percentile(HUNDRED, fraction), expected);
  });
}

test('percentiles of few values', () => {
  assert.equal(percentile([7], 0.99), 7);
  assert.equal(percentile([], 0.5), Number.NaN);
});

test('the median is the middle, whatever the order', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([9, 1, 5, 7]), 6);
  assert.equal(median([]), Number.NaN);
});
