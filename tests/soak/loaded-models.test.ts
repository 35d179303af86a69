import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DenseLayer, digitMlp } from '@slipway/testkit';
import { type ServedModels, serveModels } from '../harness/served-models.ts';
import { memoryOf } from './process-use.ts';

/** About a minute for each lane on two cores. */
const CYCLES = 100;

/** Cycles at the beginning that warm up, and then as many of which the memory is taken, as at the end. */
const TENTH = CYCLES / 10;

/** The bytes of the model's weights, in two layers with so many hidden units between. */
const INPUTS = 784;
const HIDDEN = 16_000;
const MODEL_BYTES = 2 * INPUTS * HIDDEN * Float32Array.BYTES_PER_ELEMENT;

/** What the memory may differ by after all the cycles: a fifth of what one of them takes. */
const GROWTH = MODEL_BYTES / 5;

const BLANK = JSON.stringify({
  inputs: [{ name: 'image', datatype: 'FP32', shape: [1, INPUTS], data: new Array(INPUTS).fill(0) }],
});

for (const lane of ['inline', 'worker'] as const) {
  test(`${CYCLES} times a model of 100 MB is loaded, run and unloaded, and its memory given back, in the ${lane} lane`, async (t) => {
    if (process.platform !== 'linux') return t.skip('what a process holds is read from /proc');
    const models = [
      { name: 'digits', version: 1, onnx: digitMlp() },
      { name: 'large', version: 1, onnx: digitMlp([dense(INPUTS, HIDDEN), dense(HIDDEN, INPUTS)]) },
    ];
    const served = await serveModels(t, { service: 'soak', models, spec: { lane, allowModelControl: true } });

    await cycle(served, TENTH);
    const warm = await cycle(served, TENTH);
    await cycle(served, CYCLES - 3 * TENTH);
    const last = await cycle(served, TENTH);

    t.diagnostic(`without it ${megabytes(warm.without)} MB, with it ${megabytes(warm.with)} MB`);
    t.diagnostic(`at the end ${megabytes(last.without)} MB, with it ${megabytes(last.with)} MB`);
    assert.ok(last.with - last.without > MODEL_BYTES - GROWTH, 'unloading gives too little back');
    assert.ok(last.without - warm.without < GROWTH, 'every cycle keeps something');
  });
}

function dense(inputs: number, outputs: number): DenseLayer {
  const weights = new Float32Array(inputs * outputs).fill(1e-3);
  return { inputs, outputs, weights, bias: new Float32Array(outputs) };
}

/** Loads, runs and unloads the model so many times; the least memory of the replica with it, and without. */
async function cycle(served: ServedModels, times: number): Promise<{ with: number; without: number }> {
  const least = { with: Number.POSITIVE_INFINITY, without: Number.POSITIVE_INFINITY };
  const { pid } = served.replica.process;
  for (let left = times; left > 0; left -= 1) {
    await post(served, '/v2/repository/models/large/load');
    await post(served, '/v2/models/large/infer', BLANK);
    least.with = Math.min(least.with, memoryOf(pid));
    await post(served, '/v2/repository/models/large/unload');
    least.without = Math.min(least.without, memoryOf(pid));
  }
  return least;
}

async function post({ replica, key }: ServedModels, path: string, body = '{}'): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${replica.port}${path}`, { method: 'POST', headers, body });
  const text = await answer.text();
  assert.equal(answer.status, 200, `${path}: ${text}`);
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0);
}
