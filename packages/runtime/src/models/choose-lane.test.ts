import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineProfile, LaneChoice } from '@slipway/contract';
import { CPU_PLACEMENT } from '../engines/cpu-placement.ts';
import type { ModelFacts } from '../engines/engine.ts';
import { fitsInline, maxBatchRows, mayRunInline, shouldRunInline } from './choose-lane.ts';
import { planThreads } from './plan-threads.ts';
import type { WarmUp } from './warm-up.ts';

const facts: ModelFacts = { file: '/m.onnx', bytes: 1_000, valueDriven: [] };
const measured: WarmUp = {
  runMs: 0.05,
  rowMs: 0.01,
  batchRows: 32,
  elements: 10,
  refusal: null,
  placement: CPU_PLACEMENT,
};

const TRIED: readonly [string, LaneChoice, Partial<ModelFacts>, boolean][] = [
  ['a small model', 'auto', {}, true],
  ['a large model', 'auto', { bytes: 1e9 }, false],
  ['a model with loops', 'auto', { valueDriven: ['Loop'] }, false],
  ['a model with loops, when told to', 'inline', { valueDriven: ['Loop'] }, true],
  ['a small model, when told not to', 'worker', {}, false],
];
for (const [what, choice, change, expected] of TRIED) {
  test(`${what} is ${expected ? '' : 'not '}tried inline`, () => {
    assert.equal(mayRunInline(choice, { ...facts, ...change }), expected);
  });
}

const KEPT: readonly [string, LaneChoice, Partial<WarmUp>, boolean][] = [
  ['a quick model', 'auto', {}, true],
  ['a slow model', 'auto', { runMs: 0.3 }, false],
  ['a model that was not measured', 'auto', { runMs: null }, false],
  ['a slow model, when told to', 'inline', { runMs: 50 }, true],
];
for (const [what, choice, change, expected] of KEPT) {
  test(`${what} ${expected ? 'stays' : 'does not stay'} inline`, () => {
    assert.equal(shouldRunInline(choice, { ...measured, ...change }), expected);
  });
}

const SIZES: readonly [string, number, Partial<WarmUp>, boolean][] = [
  ['one row', 10, {}, true],
  ['rows that take 5 ms', 5_000, {}, true],
  ['rows that take longer', 5_010, {}, false],
  ['the same by the single run, without batching', 1_010, { rowMs: null }, false],
  ['more than the sample of a model that was not measured', 11, { runMs: null, rowMs: null }, false],
];
for (const [what, elements, change, expected] of SIZES) {
  test(`${what}: ${expected ? 'inline' : 'to a worker'}`, () => {
    assert.equal(fitsInline({ ...measured, ...change }, elements), expected);
  });
}

const ROWS: readonly [number | null, 'inline' | 'worker', number][] = [
  [null, 'inline', 1],
  [0.01, 'inline', 32],
  [0.25, 'inline', 20],
  [0.25, 'worker', 32],
  [57, 'worker', 7],
  [5_000, 'worker', 1],
];
for (const [rowMs, lane, expected] of ROWS) {
  test(`${rowMs} ms a row, ${lane}: up to ${expected} rows share a run`, () => {
    assert.equal(maxBatchRows({ ...measured, rowMs }, lane), expected);
  });
}

test('no more rows share a run than make it cheaper, unless more are wanted', () => {
  assert.equal(maxBatchRows({ ...measured, batchRows: 4 }, 'worker'), 4);
  assert.equal(maxBatchRows({ ...measured, batchRows: 4 }, 'worker', 64), 64);
});

test('instances share the cores', () => {
  assert.deepEqual(planThreads('latency', 4, 8, 2), { workers: 2, threads: 2 });
  assert.deepEqual(planThreads('throughput', 4, 8, 1), { workers: 1, threads: 4 });
  assert.deepEqual(planThreads('latency', 1, 8, 3), { workers: 3, threads: 1 });
  assert.deepEqual(planThreads('latency', 4, 8, null), { workers: 1, threads: 4 });
});

const PLANS: readonly [EngineProfile, number, number, number, number][] = [
  ['latency', 0.1, 8, 1, 1],
  ['latency', 3.5, 8, 1, 4],
  ['latency', 16, 2, 1, 2],
  ['throughput', 0.1, 8, 1, 1],
  ['throughput', 3.5, 8, 4, 1],
  ['throughput', 16, 2, 2, 1],
];
for (const [profile, cores, machine, workers, threads] of PLANS) {
  test(`${profile} on ${cores} of ${machine} cores: ${workers} workers with ${threads} threads`, () => {
    assert.deepEqual(planThreads(profile, cores, machine), { workers, threads });
  });
}
