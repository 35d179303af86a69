import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Dimension, type Signature, SlipwayError, type Tensor } from '@slipway/contract';
import { CPU_PLACEMENT } from '../engines/cpu-placement.ts';
import type { EngineSession } from '../engines/engine.ts';
import { sampleInputs } from './sample-inputs.ts';
import { runsWithin, warmUp } from './warm-up.ts';

type Run = (input: Float32Array) => Float32Array;

function session(shape: readonly Dimension[], run: Run, outputShape = shape): EngineSession {
  const signature: Signature = {
    inputs: [{ name: 'x', datatype: 'FP32', shape }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: outputShape }],
  };
  return {
    signature,
    notes: [],
    run([input]) {
      const { shape: size, data } = input as Tensor;
      return [{ name: 'y', datatype: 'FP32', shape: size, data: run(data as Float32Array) }];
    },
    placement: () => CPU_PLACEMENT,
    close() {},
  };
}

const double: Run = (input) => input.map((value) => value * 2);
const lessTheMean: Run = (input) => {
  const mean = input.reduce((sum, value) => sum + value, 0) / input.length;
  return input.map((value) => value - mean);
};

test('a model that treats rows apart can be batched', () => {
  const found = warmUp(session(['n', 3], double));
  assert.ok(found.runMs !== null && found.rowMs !== null);
  assert.ok(found.batchRows >= 4);
  assert.equal(found.elements, 3);
  assert.equal(found.refusal, null);
});

const UNBATCHED: readonly [string, EngineSession][] = [
  ['mixes its rows', session(['n', 3], lessTheMean)],
  ['fixes its batch', session([1, 3], double)],
  ['leaves its batch unnamed', session([null, 3], double)],
  ['names the batch of its output otherwise', session(['n', 3], double, ['m', 3])],
  ['has no dimensions', session([], double)],
  ['refuses two rows', session(['n', 3], (input) => (input.length > 3 ? refuse() : double(input)))],
  ['gives another number of rows', session(['n', 3], (input) => input.slice(0, 2))],
];
for (const [what, unbatched] of UNBATCHED) {
  test(`a model that ${what} is not batched`, () => {
    const found = warmUp(unbatched);
    assert.ok(found.runMs !== null);
    assert.equal(found.rowMs, null);
    assert.equal(found.batchRows, 1);
  });
}

test('a model that refuses the sample is kept, with the reason', () => {
  assert.deepEqual(warmUp(session(['n', 2], refuse)), {
    runMs: null,
    rowMs: null,
    batchRows: 1,
    elements: 2,
    refusal: 'The sequence is too short.',
    placement: CPU_PLACEMENT,
  });
});

test('a quick look tells slow models and those that refuse the sample', () => {
  const slow: Run = (input) => {
    const until = performance.now() + 5;
    while (performance.now() < until);
    return input;
  };
  assert.equal(runsWithin(session(['n'], double), 1_000), true);
  assert.equal(runsWithin(session(['n'], slow), 5), false);
  assert.equal(runsWithin(session(['n'], refuse), 1_000), false);
});

test('samples are the same for one seed and differ between seeds', () => {
  const { signature } = session(['n', 8], double);
  assert.deepEqual(sampleInputs(signature, 1), sampleInputs(signature, 1));
  assert.notDeepEqual(sampleInputs(signature, 1), sampleInputs(signature, 2));
});

function refuse(): never {
  throw new SlipwayError('invalid_model', 'The sequence is too short.');
}
