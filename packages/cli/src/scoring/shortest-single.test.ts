import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shortestSingle } from './shortest-single.ts';

for (const short of [
  0.1,
  1e-45,
  16_777_216,
  3.4028235e38,
  0.33333334,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
]) {
  test(`the FP32 ${Math.fround(short)} is shown as ${short}`, () => {
    assert.equal(shortestSingle(Math.fround(short)), short);
  });
}

test('what is shown is the same FP32', () => {
  fc.assert(fc.property(fc.float(), (value) => assert.equal(Math.fround(shortestSingle(value)), value + 0)));
});
