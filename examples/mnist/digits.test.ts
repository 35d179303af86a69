import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIGIT_PIXELS, digitPixels, loadDigits, mostLikely } from './digits.ts';

test('loads the 10,000 test digits', async () => {
  const digits = await loadDigits('test');
  assert.equal(digits.count, 10_000);
  assert.equal(digits.labels[0], 7);
  const pixels = digitPixels(digits, 9_999);
  assert.equal(pixels.length, DIGIT_PIXELS);
  assert.equal(Math.max(...pixels), Math.fround(254 / 255));
  assert.equal(Math.min(...pixels), 0);
});

test('the most likely digit is the one with the largest probability', () => {
  assert.equal(mostLikely([0.1, 0.7, 0.2]), 1);
  assert.equal(mostLikely(Float32Array.of(0.5, 0.5)), 0);
});
