import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { elementCount, type ReplicaModel, type SlipwayError, type Tensor } from '@slipway/contract';
import {
  addModel,
  CONV_NET_IMAGE,
  convNet,
  digitMlp,
  identityModel,
  loopModel,
  memoryHogModel,
  onTestEnd,
  seededRandom,
  type TestScope,
  temporaryFolder,
  waitFor,
} from '@slipway/testkit';
import { createDataPlane, type DataPlaneOptions } from './create-data-plane.ts';
import type { DataPlane } from './data-plane.ts';
import type { Log } from './log.ts';
import { totalLoad } from './version-load.ts';

const SILENT: Log = { info() {}, warn() {}, error() {} };
const LIMITS = {
  maxBodyBytes: 1,
  maxConcurrentRequests: null,
  maxQueueLength: 1_000,
  maxQueueWaitMs: 10_000,
  scoringTimeoutMs: 10_000,
  drainGraceSeconds: 1,
};

/** Ample: a run that was given up goes on to its end, on a machine that may be busy. */
const GRACE_MS = 60_000;

after(() => assert.equal(workerThreads(), 0, 'draining leaves no thread'));

async function open(
  scope: TestScope,
  models: Readonly<Record<string, Uint8Array>>,
  options: Partial<DataPlaneOptions> = {},
): Promise<DataPlane> {
  const folder = await temporaryFolder(scope);
  const dataPlane = await createDataPlane({
    models: await Promise.all(Object.entries(models).map(([name, bytes]) => store(folder, name, bytes))),
    cpuCores: 1,
    profile: 'latency',
    lane: 'auto',
    limits: LIMITS,
    cacheDir: join(folder, 'cache'),
    log: SILENT,
    onStuck: () => assert.fail('nothing was to be stuck'),
    ...options,
  });
  onTestEnd(scope, async () => {
    await dataPlane.drain(AbortSignal.timeout(GRACE_MS));
  });
  return dataPlane;
}

async function store(folder: string, name: string, bytes: Uint8Array): Promise<ReplicaModel> {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, 'model.onnx'), bytes);
  return { name, version: 3, digest: `sha256:${name}`, path };
}

function workerThreads(): number {
  const report = process.report.getReport() as unknown as { readonly workers: readonly unknown[] };
  return report.workers.length;
}

const digits = (rows: number, seed = 1): Tensor => ({
  name: 'image',
  datatype: 'FP32',
  shape: [rows, 784],
  data: Float32Array.from({ length: rows * 784 }, seededRandom(seed)),
});

const count = (steps: bigint): Tensor => ({
  name: 'count',
  datatype: 'INT64',
  shape: [1],
  data: BigInt64Array.of(steps),
});

const codeOf = (error: SlipwayError) =>
  `${error.code}${error.details?.['notRun'] === true ? ', not run' : ''}`;

test('a small model runs inline, and what comes together shares a run', async (t) => {
  const plane = await open(t, { digits: digitMlp() });
  const [model] = plane.models;
  assert.equal(model?.lane, 'inline');
  assert.ok(model.warmRunMs > 0 && model.loadMs > 0 && model.maxBatchRows > 1);
  const alone = [];
  for (const seed of [1, 2, 3]) alone.push(await plane.infer({ id: 'r', inputs: [digits(1, seed)] }));
  const together = await Promise.all(
    [1, 2, 3].map((seed) => plane.infer({ id: 'r', inputs: [digits(1, seed)] })),
  );
  assert.deepEqual(
    together.map(({ timing }) => timing.batchSize),
    [3, 3, 3],
  );
  for (const [index, { outputs }] of together.entries()) {
    assert.deepEqual(outputs[0]?.shape, [1, 10]);
    assertClose(outputs[0]?.data, alone[index]?.outputs[0]?.data);
  }
});

function assertClose(actual: unknown, expected: unknown): void {
  const others = expected as Float32Array;
  for (const [index, value] of (actual as Float32Array).entries()) {
    assert.ok(Math.abs(value - (others[index] ?? Number.NaN)) < 1e-5);
  }
}

test('it says once that models are loaded and are being warmed up, before it is ready', async (t) => {
  for (const lane of ['inline', 'worker', 'auto'] as const) {
    const said: string[] = [];
    const log: Log = { ...SILENT, info: (fields) => said.push(`${fields['model']} ready`) };
    const models = { digits: digitMlp(), conv: convNet(1) };
    await open(t, models, { lane, log, onWarming: () => said.push('warming') });
    assert.deepEqual(said, ['digits ready', 'warming', 'conv ready'], lane);
  }
});

test('a request too large for the socket thread goes to a worker', async (t) => {
  const messages: string[] = [];
  const log: Log = { ...SILENT, info: (_fields, message) => messages.push(message) };
  const plane = await open(t, { digits: digitMlp() }, { log });
  await plane.infer({ id: 'r', inputs: [digits(5)] });
  assert.equal(messages.length, 1);
  const large = await plane.infer({ id: 'r', inputs: [digits(20_000)] });
  assert.deepEqual(large.outputs[0]?.shape, [20_000, 10]);
  assert.match(messages[1] ?? '', /too large for the socket thread/);
  await plane.infer({ id: 'r', inputs: [digits(20_000)] });
  assert.equal(messages.length, 2, 'one worker serves all such requests');
});

test('a larger model runs on a worker, and gives the same there', async (t) => {
  const conv = convNet(1);
  const image = (): Tensor => ({
    name: 'image',
    datatype: 'FP32',
    shape: [1, ...CONV_NET_IMAGE],
    data: Float32Array.from({ length: elementCount(CONV_NET_IMAGE) }, seededRandom(4)),
  });
  const plane = await open(t, { conv });
  assert.equal(plane.models[0]?.lane, 'worker');
  assert.deepEqual([plane.models[0]?.workers, plane.models[0]?.threads], [1, 1]);
  const inline = await open(t, { conv }, { lane: 'inline' });
  const [one, other] = await Promise.all([
    plane.infer({ id: 'r', inputs: [image()] }),
    inline.infer({ id: 'r', inputs: [image()] }),
  ]);
  assertClose(one.outputs[0]?.data, other.outputs[0]?.data);
});

test('throughput is a worker a core, and all of them answer', async (t) => {
  const plane = await open(t, { loop: loopModel() }, { profile: 'throughput', cpuCores: 2 });
  const [model] = plane.models;
  assert.equal(model?.workers, Math.min(2, availableParallelism()));
  assert.equal(model?.threads, 1);
  assert.equal(model?.maxBatchRows, 1, 'a loop cannot be batched');
  const answers = await Promise.all(
    [3n, 4n, 5n].map((steps) => plane.infer({ id: 'r', inputs: [count(steps)] })),
  );
  assert.deepEqual(
    answers.map(({ outputs }) => outputs[0]?.data[0]),
    [3, 4, 5],
  );
});

test('each model has the engines and the batching that it was given', async (t) => {
  const folder = await temporaryFolder(t);
  const two = { ...(await store(folder, 'two', digitMlp())), instances: 2 };
  const off = { ...(await store(folder, 'off', digitMlp())), batching: { mode: 'off' } as const };
  const dynamic: ReplicaModel = {
    ...(await store(folder, 'dynamic', digitMlp())),
    batching: { mode: 'dynamic', maxSize: 3, maxDelayMs: 1_000 },
  };
  const plane = await open(t, {}, { models: [two, off, dynamic] });
  assert.deepEqual(
    plane.models.map(({ name, lane, workers, maxBatchRows }) => ({ name, lane, workers, maxBatchRows })),
    [
      { name: 'two', lane: 'worker', workers: 2, maxBatchRows: plane.models[0]?.maxBatchRows },
      { name: 'off', lane: 'inline', workers: 0, maxBatchRows: 1 },
      { name: 'dynamic', lane: 'inline', workers: 0, maxBatchRows: 3 },
    ],
  );
  const sizes = async (model: string) => {
    const inputs = [1, 2, 3].map((seed) => plane.infer({ id: 'r', model, inputs: [digits(1, seed)] }));
    return (await Promise.all(inputs)).map(({ timing }) => timing.batchSize);
  };
  assert.deepEqual(await sizes('off'), [1, 1, 1]);
  assert.deepEqual(await sizes('dynamic'), [3, 3, 3]);
});

test('who asks, how urgently and how long reaches the queue', async (t) => {
  const plane = await open(
    t,
    { conv: convNet(1) },
    { lane: 'worker', limits: { ...LIMITS, maxConcurrentRequests: 1 } },
  );
  const image = (): Tensor => {
    const shape = [1, ...CONV_NET_IMAGE];
    return { name: 'image', datatype: 'FP32', shape, data: new Float32Array(elementCount(shape)) };
  };
  const order: string[] = [];
  const ask = (id: string, options: { client?: string; priority?: number; timeoutMs?: number }) =>
    plane.infer({ id, inputs: [image()], ...options }).then(() => order.push(id));
  const first = ask('first', {});
  const late = plane.infer({ id: 'late', inputs: [image()], timeoutMs: 0.001 });
  const answered = Promise.all([
    ask('a1', { client: 'a' }),
    ask('a2', { client: 'a' }),
    ask('b1', { client: 'b' }),
    ask('urgent', { client: 'a', priority: 1 }),
  ]);
  await assert.rejects(late, { code: 'deadline_exceeded' });
  await Promise.all([first, answered]);
  assert.deepEqual(order, ['first', 'urgent', 'a1', 'b1', 'a2']);
});

test('a model with a loop is not trusted with the socket thread', async (t) => {
  const plane = await open(t, { loop: loopModel() });
  assert.equal(plane.models[0]?.lane, 'worker');
  const { outputs } = await plane.infer({ id: 'r', inputs: [count(1_000n)] });
  assert.deepEqual(outputs[0]?.data, Float32Array.of(1_000));
});

test('a model whose output is as large as a value says is not trusted with the socket thread', async (t) => {
  const told: unknown[] = [];
  const log: Log = { ...SILENT, info: (fields) => told.push(fields['operators']) };
  const plane = await open(t, { hog: memoryHogModel() }, { log });
  assert.equal(plane.models[0]?.lane, 'worker');
  assert.deepEqual(told[0], ['ConstantOfShape']);
  const megabytes: Tensor = { name: 'megabytes', datatype: 'INT64', shape: [1], data: BigInt64Array.of(2n) };
  const { outputs } = await plane.infer({ id: 'r', inputs: [megabytes] });
  assert.deepEqual(outputs[0]?.shape, [250_000]);
});

test('int64 is exact in both lanes', async (t) => {
  const value = 9_007_199_254_740_993n;
  for (const lane of ['inline', 'worker'] as const) {
    const plane = await open(t, { same: identityModel('INT64', ['n']) }, { lane });
    const input: Tensor = {
      name: 'input',
      datatype: 'INT64',
      shape: [1],
      data: BigInt64Array.of(value),
    };
    const { outputs } = await plane.infer({ id: 'r', inputs: [input] });
    assert.deepEqual(outputs[0]?.data, BigInt64Array.of(value));
  }
});

test('several models are found by name and version, the first without one', async (t) => {
  const plane = await open(t, { digits: digitMlp(), sum: addModel() });
  const pair = ['a', 'b'].map(row);
  assert.equal((await plane.infer({ id: 'r', inputs: [digits(1)] })).model, 'digits');
  assert.equal((await plane.infer({ id: 'r', model: 'sum', version: 3, inputs: pair })).model, 'sum');
  await assert.rejects(plane.infer({ id: 'r', model: 'other', inputs: [] }), {
    code: 'not_found',
    message: 'The service has no model "other"; it has digits:3, sum:3.',
  });
  await assert.rejects(plane.infer({ id: 'r', model: 'sum', version: 4, inputs: [] }), { code: 'not_found' });
});

function row(name: string): Tensor {
  return { name, datatype: 'FP32', shape: [1, 2], data: Float32Array.of(1, 2) };
}

test('what does not fit the signature is refused before it waits', async (t) => {
  const plane = await open(t, { digits: digitMlp() });
  const wrong = { ...digits(1), name: 'picture' };
  await assert.rejects(plane.infer({ id: 'r', inputs: [wrong] }), { code: 'invalid_argument' });
  await assert.rejects(plane.infer({ id: 'r', inputs: [digits(1)], outputs: ['label'] }), {
    code: 'invalid_argument',
    message: 'The model has no output "label"; it has "probabilities".',
  });
  assert.deepEqual(totalLoad(plane.loads()), { inFlight: 0, queued: 0 });
});

test('a request whose caller has gone is not run', async (t) => {
  const plane = await open(t, { digits: digitMlp() });
  const answer = plane.infer({ id: 'r', inputs: [digits(1)], signal: AbortSignal.abort() });
  await assert.rejects(answer, { code: 'cancelled' });
});

test('a model that cannot be read is refused, and leaves no thread', async (t) => {
  const opening = open(t, { digits: digitMlp(), broken: digitMlp().slice(0, 5_000) });
  await assert.rejects(opening, { code: 'invalid_model', message: /cut short/ });
  assert.equal(workerThreads(), 0);
});

test('a stuck run is reported once; everything else was not run', async (t) => {
  const stuck: string[] = [];
  const plane = await open(
    t,
    { loop: loopModel(), digits: digitMlp() },
    {
      limits: { ...LIMITS, scoringTimeoutMs: 100 },
      onStuck: (model) => stuck.push(model.name),
    },
  );
  const endless = plane.infer({ id: 'r', inputs: [count(2_000_000n)] });
  await assert.rejects(endless, { code: 'deadline_exceeded' });
  await waitFor(() => stuck.length > 0, { what: 'the stuck run to be reported' });
  const refused = await Promise.all(
    [
      plane.infer({ id: 'r', inputs: [count(1n)] }),
      plane.infer({ id: 'r', model: 'digits', inputs: [digits(1)] }),
    ].map((answer) => answer.catch(codeOf)),
  );
  assert.deepEqual(refused, ['unavailable, not run', 'unavailable, not run']);
  assert.deepEqual(stuck, ['loop']);
});

test('draining answers what runs and waits, refuses what comes, and can be given up', async (t) => {
  const plane = await open(t, { loop: loopModel() });
  const running = [1, 2].map(() => plane.infer({ id: 'r', inputs: [count(200_000n)] }));
  const impatient = plane.drain(AbortSignal.abort());
  await assert.rejects(impatient, { code: 'deadline_exceeded' });
  const late = plane.infer({ id: 'r', inputs: [count(1n)] });
  assert.equal(await late.catch(codeOf), 'unavailable, not run');
  const answers = await Promise.all(running);
  assert.deepEqual(
    answers.map(({ outputs }) => outputs[0]?.data[0]),
    [200_000, 200_000],
  );
});
