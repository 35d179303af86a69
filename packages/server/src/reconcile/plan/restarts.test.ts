import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartDelay } from './restarts.ts';

test('restarts wait 0, 1, 2, 4 … 60 s', () => {
  const delays = [0, 1, 2, 3, 4, 7, 8, 9, 1_000].map(restartDelay);
  assert.deepEqual(delays, [0, 0, 1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]);
});
