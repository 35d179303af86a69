import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadedModel } from '@slipway/contract';
import { createStatistics } from './statistics.ts';

const MODEL = { name: 'm', version: 2 } as LoadedModel;

const inference = (batchSize: number, rows = 1) => ({
  rows,
  timing: { queueMs: 1, runMs: 4, batchSize },
  decodeMs: 0.5,
  encodeMs: 0.25,
  totalMs: 6,
});

test('a version of which nothing was asked has statistics that are zero', () => {
  const zero = createStatistics().of(MODEL);
  assert.deepEqual([zero.name, zero.version, zero.lastInference], ['m', '2', 0]);
  assert.deepEqual([zero.inferenceCount, zero.executionCount, zero.batches], [0, 0, []]);
  assert.deepEqual([zero.success, zero.fail, zero.computeInfer], Array(3).fill({ count: 0, ns: 0 }));
});

test('requests that shared a run are one run, and versions are apart', () => {
  const statistics = createStatistics();
  for (const batchSize of [2, 1, 2]) statistics.succeeded(MODEL, inference(batchSize, 3));
  statistics.failed(MODEL, 'overloaded', 7);
  statistics.failed({ ...MODEL, version: 3 }, 'internal', 1);
  const told = statistics.of(MODEL);
  assert.equal(told.inferenceCount, 9);
  assert.equal(told.executionCount, 2);
  assert.deepEqual(told.success, { count: 3, ns: 18e6 });
  assert.deepEqual(told.fail, { count: 1, ns: 7e6 });
  assert.deepEqual(told.queue, { count: 3, ns: 3e6 });
  assert.deepEqual(told.computeInput, { count: 3, ns: 1.5e6 });
  assert.deepEqual(told.computeInfer, { count: 3, ns: 12e6 });
  assert.deepEqual(told.computeOutput, { count: 3, ns: 0.75e6 });
  assert.deepEqual(
    told.batches.map(({ batchSize, computeInfer }) => [batchSize, computeInfer]),
    [
      [1, { count: 1, ns: 4e6 }],
      [2, { count: 1, ns: 4e6 }],
    ],
  );
  assert.equal(statistics.of({ ...MODEL, version: 3 }).fail.count, 1);
});
