import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type SizeQuestion, suggestReplicas } from './suggest-size.ts';

const CASES: readonly [SizeQuestion, number][] = [
  [{ targetRps: 20, requestMs: 100 }, 3],
  [{ targetRps: 100, requestMs: 7 }, 1],
  [{ targetRps: 100, requestMs: 7.01 }, 2],
  [{ targetRps: 0.1, requestMs: 1 }, 1],
  [{ targetRps: 1_000, requestMs: 50, targetUtilization: 50, maxConcurrent: 4 }, 25],
];
for (const [question, replicas] of CASES) {
  test(`${JSON.stringify(question)} needs ${replicas}`, () => {
    assert.equal(suggestReplicas(question), replicas);
  });
}

test('as many as keep the target, and one fewer would not', () => {
  const above = (max: number) => fc.integer({ min: 1, max });
  fc.assert(
    fc.property(above(10_000), above(10_000), above(100), above(64), (rps, ms, percent, maxConcurrent) => {
      const replicas = suggestReplicas({
        targetRps: rps,
        requestMs: ms,
        targetUtilization: percent,
        maxConcurrent,
      });
      const utilization = (count: number) => (rps * ms) / 10 / maxConcurrent / count;
      assert.ok(utilization(replicas) <= percent * (1 + 1e-6));
      assert.ok(replicas === 1 || utilization(replicas - 1) > percent * (1 - 1e-6));
    }),
  );
});

test('what is not above zero is refused by its name', () => {
  assert.throws(
    () => suggestReplicas({ targetRps: 0, requestMs: 1 }),
    /^.*targetRps must be a number above 0/,
  );
  assert.throws(() => suggestReplicas({ targetRps: 1, requestMs: Number.NaN }), /requestMs must be/);
});
