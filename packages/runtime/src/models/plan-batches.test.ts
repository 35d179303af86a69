import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batching } from '@slipway/contract';
import { CPU_PLACEMENT } from '../engines/cpu-placement.ts';
import type { BatchPlan } from '../scheduling/batch-plan.ts';
import { planBatches } from './plan-batches.ts';

/** A model whose rows cost a millisecond: five fit what a run on the socket thread may take. */
const measured = { runMs: 1, rowMs: 1, batchRows: 32, elements: 1, refusal: null, placement: CPU_PLACEMENT };

const greedy = (maxRows: number): BatchPlan => ({ maxRows, maxDelayMs: 0, preferredRows: [] });

const PLANS: readonly [string, Batching | undefined, BatchPlan][] = [
  ['nothing said', undefined, greedy(32)],
  ['greedy', { mode: 'greedy' }, greedy(32)],
  ['greedy with a size', { mode: 'greedy', maxSize: 3 }, greedy(3)],
  ['a size beyond the usual one', { mode: 'greedy', maxSize: 64 }, greedy(64)],
  ['a size that would take too long', { mode: 'greedy', maxSize: 1_000 }, greedy(400)],
  ['off', { mode: 'off', maxSize: 8 }, greedy(1)],
  ['dynamic', { mode: 'dynamic' }, { maxRows: 32, maxDelayMs: 2, preferredRows: [] }],
  [
    'dynamic with sizes, of which some are out of reach',
    { mode: 'dynamic', maxSize: 8, maxDelayMs: 9, preferredSizes: [16, 8, 2] },
    { maxRows: 8, maxDelayMs: 9, preferredRows: [2, 8] },
  ],
];
for (const [what, batching, expected] of PLANS) {
  test(`${what} on workers makes a plan of ${expected.maxRows} rows`, () => {
    assert.deepEqual(planBatches(batching, measured, 'worker'), expected);
  });
}

test('what warm-up found is the limit', () => {
  assert.equal(planBatches({ mode: 'dynamic', maxSize: 64 }, measured, 'inline').maxRows, 5);
  const unshared = { ...measured, rowMs: null };
  assert.equal(planBatches({ mode: 'dynamic', maxSize: 64 }, unshared, 'worker').maxRows, 1);
});
