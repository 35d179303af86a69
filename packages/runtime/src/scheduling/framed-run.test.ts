import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Signature, SlipwayError, type Tensor } from '@slipway/contract';
import { createFrame } from './frame.ts';
import { putReport, putRun, takeReport, takeRun } from './framed-run.ts';
import { createInputMemory } from './input-memory.ts';

const rows = { datatype: 'FP32', shape: ['n'] } as const;
const signature: Signature = {
  inputs: [
    { name: 'a', ...rows },
    { name: 'b', ...rows },
  ],
  outputs: [
    { name: 'y', ...rows },
    { name: 'z', ...rows },
  ],
};

const tensor = (name: string, ...values: number[]): Tensor => ({
  name,
  datatype: 'FP32',
  shape: [values.length],
  data: Float32Array.from(values),
});

const OUTPUTS: readonly (readonly string[])[] = [['y', 'z'], ['z', 'y'], ['z'], []];
for (const outputs of OUTPUTS) {
  test(`a run for [${outputs}] and its report go through one frame`, () => {
    const memory = new SharedArrayBuffer(1_024);
    const [here, there] = [createFrame(memory), createFrame(memory)];
    const requests = [1, 2].map((value) => ({
      inputs: [tensor('a', value), tensor('b', value, value + 1)],
      outputs,
    }));
    assert.equal(putRun(here, signature, requests), true);
    assert.deepEqual(takeRun(there, signature, createInputMemory()), requests);

    const outcomes = [3, 4].map((value) => ({
      outputs: outputs.map((name, index) => tensor(name, value, index)),
      batchSize: 2,
    }));
    assert.equal(putReport(there, { outcomes, runMs: 1.5 }), true);
    assert.deepEqual(takeReport(here, signature, requests), { outcomes, runMs: 1.5 });
  });
}

test('what does not fit, and what failed, has to go another way', () => {
  const frame = createFrame(new SharedArrayBuffer(64));
  const inputs = [tensor('a', ...new Array<number>(20).fill(0)), tensor('b', 0)];
  assert.equal(putRun(frame, signature, [{ inputs, outputs: ['y'] }]), false);
  const error = new SlipwayError('invalid_model', 'It failed.');
  assert.equal(putReport(frame, { outcomes: [{ error }], runMs: 1 }), false);
});
