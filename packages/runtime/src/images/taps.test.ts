import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bilinearTaps, centredBilinearTaps, centredNearestTaps, nearestTaps } from './taps.ts';

const side = fc.integer({ min: 1, max: 5000 });

test('a side that keeps its size takes each pixel as it is', () => {
  const span = { source: 5, scaled: 5, first: 0, count: 5 };
  const { lower, weight } = bilinearTaps(span);
  assert.deepEqual([...lower], [0, 1, 2, 3, 4]);
  assert.deepEqual([...weight], [0, 0, 0, 0, 0]);
  assert.deepEqual([...nearestTaps(span)], [0, 1, 2, 3, 4]);
});

test('twice the size has no half-pixel centres: every second pixel is one of the source', () => {
  const { lower, upper, weight } = bilinearTaps({ source: 2, scaled: 4, first: 0, count: 4 });
  assert.deepEqual([...lower], [0, 0, 1, 1]);
  assert.deepEqual([...upper], [1, 1, 1, 1]);
  assert.deepEqual([...weight], [0, 0.5, 0, 0.5]);
});

test('with half-pixel centres, twice the size has pixels a quarter beside those of the source', () => {
  const { lower, upper, weight } = centredBilinearTaps({ source: 2, scaled: 4, first: 0, count: 4 });
  assert.deepEqual([...lower], [0, 0, 0, 1]);
  assert.deepEqual([...upper], [0, 1, 1, 1]);
  assert.deepEqual([...weight], [0.75, 0.25, 0.75, 0.25]);
});

test('with half-pixel centres, half the size takes the second pixel of each two', () => {
  assert.deepEqual([...centredNearestTaps({ source: 8, scaled: 4, first: 0, count: 4 })], [1, 3, 5, 7]);
  assert.deepEqual([...nearestTaps({ source: 8, scaled: 4, first: 0, count: 4 })], [0, 2, 4, 6]);
});

test('a window has the taps that the whole side has there', () => {
  fc.assert(
    fc.property(side, fc.integer({ min: 10, max: 500 }), (source, scaled) => {
      const whole = bilinearTaps({ source, scaled, first: 0, count: scaled });
      const window = bilinearTaps({ source, scaled, first: 3, count: 7 });
      assert.deepEqual(window.lower, whole.lower.slice(3, 10));
      assert.deepEqual(window.weight, whole.weight.slice(3, 10));
    }),
  );
});

test('taps are neighbours inside the source, in order, with weights below 1', () => {
  fc.assert(
    fc.property(side, side, (source, scaled) => {
      const span = { source, scaled, first: 0, count: scaled };
      const { lower, upper, weight } = bilinearTaps(span);
      const nearest = nearestTaps(span);
      for (const [index, below] of lower.entries()) {
        const above = upper[index] ?? -1;
        const share = weight[index] ?? -1;
        assert.ok(below >= (lower[index - 1] ?? 0) && below <= above && above <= below + 1 && above < source);
        assert.ok(share >= 0 && share < 1);
        assert.equal(nearest[index], below);
      }
    }),
  );
});
