import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CacheEntry, cacheEvictions } from './cache-evictions.ts';

const HOUR = 3_600_000;
const entry = (name: string, bytes: number, usedAt: number, temporary = false): CacheEntry => ({
  name,
  bytes,
  usedAt,
  temporary,
});

const CASES: readonly [string, readonly CacheEntry[], readonly string[]][] = [
  ['nothing while all fits', [entry('a', 50, 1), entry('b', 50, 2)], []],
  ['the longest unused first', [entry('new', 50, 3), entry('old', 50, 1), entry('mid', 50, 2)], ['old']],
  ['as many as it takes', [entry('a', 90, 1), entry('b', 90, 2), entry('c', 90, 3)], ['a', 'b']],
  ['never the one just made', [entry('kept', 500, 0), entry('b', 10, 1)], ['b']],
  ['what was abandoned', [entry('tmp', 1, 0, true), entry('a', 50, 1)], ['tmp']],
  ['not what is being built', [entry('tmp', 1_000, 2 * HOUR, true), entry('a', 50, 1)], []],
];
for (const [what, entries, expected] of CASES) {
  test(`evicts ${what}`, () => {
    const evicted = cacheEvictions(entries, { keep: 'kept', maxBytes: 100, now: 2 * HOUR });
    assert.deepEqual(evicted, expected);
  });
}
