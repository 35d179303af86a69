import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBatchRows } from './find-batch-rows.ts';

/** Milliseconds of a run: a part for the run, and one for each row. */
const CASES: readonly [string, number, number, number, readonly number[]][] = [
  ['a run that costs more than its rows', 0.9, 0.1, 32, [4, 8, 16, 32]],
  ['a run that costs as much as a row', 1, 1, 16, [4, 8, 16, 32]],
  ['a run that costs nothing of its own', 0, 1, 4, [4, 8]],
  ['a run too slow to try many', 10, 10, 4, [4]],
  ['a run too slow to try any', 25, 25, 4, []],
];
for (const [what, perRun, perRow, expected, expectedTries] of CASES) {
  test(`${what}: up to ${expected} rows`, () => {
    const tries: number[] = [];
    const { batchRows } = findBatchRows(perRun + perRow, 100, (rows) => {
      tries.push(rows);
      return perRun + rows * perRow;
    });
    assert.equal(batchRows, expected);
    assert.deepEqual(tries, expectedTries);
  });
}

test('tells what a row costs in a run of the size it found', () => {
  assert.equal(findBatchRows(1, 100, (rows) => 0.96 + rows * 0.04).rowMs, 0.07);
  assert.equal(findBatchRows(50, 100, () => 0).rowMs, 50, 'that of the single run where none was tried');
});
