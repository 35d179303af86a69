import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError, type Tensor } from '@slipway/contract';
import { CPU_PLACEMENT } from '../engines/cpu-placement.ts';
import type { EngineSession } from '../engines/engine.ts';
import type { RunRequest } from './batch.ts';
import { runBatch } from './run-batch.ts';

const POISON = 13;

/** Doubles; fails on a run with the poison in it. */
function createDoubler(runs: number[], keepRows = true): EngineSession {
  const spec = { datatype: 'FP32', shape: ['n'] } as const;
  return {
    signature: { inputs: [{ name: 'x', ...spec }], outputs: [{ name: 'y', ...spec }] },
    notes: [],
    run([input]) {
      const { shape, data } = input as Tensor;
      const values = data as Float32Array;
      runs.push(values.length);
      if (values.includes(POISON)) throw new SlipwayError('invalid_model', 'That is poison.');
      const doubled = values.map((value) => value * 2);
      return [{ name: 'y', datatype: 'FP32', shape: keepRows ? shape : [1], data: doubled }];
    },
    placement: () => CPU_PLACEMENT,
    close() {},
  };
}

const request = (value: number): RunRequest => ({
  outputs: ['y'],
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: Float32Array.of(value) }],
});

test('requests share one run and get their own answers', () => {
  const runs: number[] = [];
  const outcomes = runBatch(createDoubler(runs), [1, 2, 3].map(request));
  assert.deepEqual(runs, [3]);
  assert.deepEqual(
    outcomes.map((outcome) => ('error' in outcome ? outcome.error : outcome.outputs[0]?.data[0])),
    [2, 4, 6],
  );
  assert.ok(outcomes.every((outcome) => 'outputs' in outcome && outcome.batchSize === 3));
});

test('a poisoned request fails alone', () => {
  const runs: number[] = [];
  const outcomes = runBatch(createDoubler(runs), [1, POISON, 3].map(request));
  assert.deepEqual(runs, [3, 1, 1, 1]);
  assert.deepEqual(
    outcomes.map((outcome) => ('error' in outcome ? outcome.error.message : outcome.outputs[0]?.data[0])),
    [2, 'That is poison.', 6],
  );
  assert.ok(outcomes.every((outcome) => 'error' in outcome || outcome.batchSize === 1));
});

test('outputs that cannot be told apart are computed one by one', () => {
  const runs: number[] = [];
  const outcomes = runBatch(createDoubler(runs, false), [1, 2].map(request));
  assert.deepEqual(runs, [2, 1, 1]);
  assert.ok(outcomes.every((outcome) => 'outputs' in outcome && outcome.batchSize === 1));
});
