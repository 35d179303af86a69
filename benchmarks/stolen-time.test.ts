import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProcessorTime, stolenPercent } from './stolen-time.ts';

test('time is summed over what processors do, without the guests that are in it already', () => {
  const stat = 'cpu  100 10 20 300 5 0 15 50 7 7\ncpu0 1 2 3 4 5 6 7 8 9 10\n';
  assert.deepEqual(parseProcessorTime(stat), { all: 500, stolen: 50 });
});

test('what was stolen between two looks is a share of all time between them', () => {
  assert.equal(stolenPercent({ all: 500, stolen: 50 }, { all: 700, stolen: 60 }), 5);
  assert.equal(stolenPercent(undefined, { all: 1, stolen: 0 }), Number.NaN);
});
