import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Datatype, TensorData } from '@slipway/contract';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import { MEMORY_MODEL_FILE, type MemoryModel, memoryEngine } from '../engines/memory/memory-engine.ts';
import type { RunRequest } from './batch.ts';
import { FRAME_BYTES } from './messages.ts';
import { type ModelWorker, startModelWorker } from './model-worker.ts';

const POISON = 13;

async function start(scope: TestScope, datatype: Datatype): Promise<ModelWorker> {
  const path = await temporaryFolder(scope);
  const spec = { datatype, shape: ['n'] };
  const content: MemoryModel = {
    signature: { inputs: [{ name: 'x', ...spec }], outputs: [{ name: 'y', ...spec }] },
    poison: POISON,
  };
  await writeFile(join(path, MEMORY_MODEL_FILE), JSON.stringify(content));
  return startModelWorker({
    model: { name: 'm', version: 1, digest: 'sha256:0', path },
    engine: 'memory',
    facts: memoryEngine.inspect(path),
    options: { threads: 1, digest: 'sha256:0', cacheDir: path },
  });
}

const request = (datatype: Datatype, data: TensorData): RunRequest => ({
  inputs: [{ name: 'x', datatype, shape: [data.length], data }],
  outputs: ['y'],
});

test('a worker warms up, runs a batch, and ends when it is closed', async (t) => {
  const worker = await start(t, 'FP32');
  assert.notEqual(worker.info.warmUp.rowMs, null);
  const report = await worker.run([1, 2, 3].map((value) => request('FP32', Float32Array.of(value))));
  assert.deepEqual(
    report.outcomes.map((outcome) => ('outputs' in outcome ? outcome.outputs[0]?.data : outcome.error)),
    [1, 2, 3].map((value) => Float32Array.of(value)),
  );
  await worker.close();
});

const CROSSING: readonly [Datatype, TensorData][] = [
  ['INT64', BigInt64Array.of(9_007_199_254_740_993n)],
  ['BYTES', [Uint8Array.of(1, 2), Uint8Array.of()]],
  ['FP16', Uint16Array.of(0x3c00)],
];
for (const [datatype, data] of CROSSING) {
  test(`${datatype} crosses threads whole`, async (t) => {
    const worker = await start(t, datatype);
    const { outcomes } = await worker.run([request(datatype, structuredClone(data))]);
    const [outcome] = outcomes;
    assert.ok(outcome !== undefined && 'outputs' in outcome);
    assert.deepEqual(outcome.outputs[0]?.data, data);
    await worker.close();
  });
}

test('a poisoned request fails alone on the other side of a thread', async (t) => {
  const worker = await start(t, 'FP32');
  const { outcomes } = await worker.run([1, POISON].map((value) => request('FP32', Float32Array.of(value))));
  assert.deepEqual(
    outcomes.map((outcome) => ('error' in outcome ? outcome.error.code : 'fine')),
    ['fine', 'invalid_model'],
  );
  await worker.close();
});

test('answers share no memory with later runs, though an engine gives its inputs back', async (t) => {
  const worker = await start(t, 'FP32');
  const answers = [];
  // A poisoned neighbour has the whole answer sent as a message, which takes the inputs' memory along.
  for (const values of [[1, 2], [3, 4], [5, POISON], [6, 7], [8], [9, 10]]) {
    const { outcomes } = await worker.run(values.map((value) => request('FP32', Float32Array.of(value, 0))));
    answers.push(...outcomes);
  }
  assert.deepEqual(
    answers.map((outcome) => ('outputs' in outcome ? outcome.outputs[0]?.data[0] : 'failed')),
    [1, 2, 3, 4, 5, 'failed', 6, 7, 8, 9, 10],
  );
  await worker.close();
});

test('a model that cannot be loaded is said by the one who starts the worker', async (t) => {
  const path = await temporaryFolder(t);
  await writeFile(join(path, MEMORY_MODEL_FILE), 'no JSON');
  const starting = startModelWorker({
    model: { name: 'm', version: 1, digest: 'sha256:0', path },
    engine: 'memory',
    facts: memoryEngine.inspect(path),
    options: { threads: 1, digest: 'sha256:0', cacheDir: path },
  });
  await assert.rejects(starting, { code: 'invalid_model', message: 'model.json is not JSON.' });
});

test('runs too large for the frame go over whole, between small ones', async (t) => {
  const worker = await start(t, 'UINT8');
  for (const length of [1, FRAME_BYTES + 1, 2]) {
    const { outcomes } = await worker.run([request('UINT8', new Uint8Array(length).fill(7))]);
    const [outcome] = outcomes;
    assert.ok(outcome !== undefined && 'outputs' in outcome);
    assert.deepEqual(outcome.outputs[0]?.data, new Uint8Array(length).fill(7));
  }
  await worker.close();
});
