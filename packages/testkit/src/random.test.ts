import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@slipway/contract';
import { normalFloats } from './random.ts';

test('the same seed gives the same numbers from 0 to 1', () => {
  const one = seededRandom(7);
  const same = seededRandom(7);
  const other = seededRandom(8);
  const numbers = Array.from({ length: 1000 }, one);
  assert.deepEqual(numbers, Array.from({ length: 1000 }, same));
  assert.notDeepEqual(numbers, Array.from({ length: 1000 }, other));
  assert.ok(numbers.every((number) => number >= 0 && number < 1));
});

test('normal floats have the deviation that was asked for', () => {
  const values = normalFloats(20_000, 0.5, seededRandom(1));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  assert.ok(Math.abs(mean) < 0.02, `mean ${mean}`);
  assert.ok(Math.abs(Math.sqrt(variance) - 0.5) < 0.02, `deviation ${Math.sqrt(variance)}`);
});
