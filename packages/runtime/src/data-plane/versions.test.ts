import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReplicaModel, Tensor } from '@slipway/contract';
import {
  convNet,
  digitMlp,
  onTestEnd,
  seededRandom,
  type TestScope,
  temporaryFolder,
} from '@slipway/testkit';
import { createDataPlane, type DataPlaneOptions } from './create-data-plane.ts';
import type { DataPlane } from './data-plane.ts';

const LIMITS = {
  maxBodyBytes: 1,
  maxConcurrentRequests: null,
  maxQueueLength: 1_000,
  maxQueueWaitMs: 10_000,
  scoringTimeoutMs: 10_000,
  drainGraceSeconds: 1,
};

/** Versions of models in a folder of the test's own. */
async function openStore(scope: TestScope) {
  const folder = await temporaryFolder(scope);
  return {
    async add(name: string, version: number, bytes: Uint8Array, ...labels: string[]): Promise<ReplicaModel> {
      const path = join(folder, `${name}-${version}`);
      await mkdir(path);
      await writeFile(join(path, 'model.onnx'), bytes);
      return { name, version, digest: `sha256:${name}-${version}`, path, labels };
    },
    async open(models: readonly ReplicaModel[], options: Partial<DataPlaneOptions> = {}): Promise<DataPlane> {
      const plane = await createDataPlane({
        models,
        cpuCores: 1,
        profile: 'latency',
        lane: 'auto',
        limits: LIMITS,
        cacheDir: join(folder, 'cache'),
        log: { info() {}, warn() {}, error() {} },
        onStuck: () => assert.fail('nothing was to be stuck'),
        ...options,
      });
      onTestEnd(scope, () => plane.drain(AbortSignal.timeout(60_000)));
      return plane;
    },
  };
}

const digits = (): Tensor => ({
  name: 'image',
  datatype: 'FP32',
  shape: [1, 784],
  data: Float32Array.from({ length: 784 }, seededRandom(1)),
});

const statesOf = (plane: DataPlane) =>
  plane
    .states()
    .map(({ name, version, phase, labels }) => [`${name}:${version}`, phase, ...labels].join(' '));
const idsOf = (plane: DataPlane) => plane.models.map(({ name, version }) => `${name}:${version}`);

/** Version numbers that eight clients were answered by, while `during` happens. */
async function scoredDuring(plane: DataPlane, during: () => Promise<void>): Promise<ReadonlySet<number>> {
  const answered = new Set<number>();
  let isOver = false;
  const client = async () => {
    while (!isOver) answered.add((await plane.infer({ id: 'r', inputs: [digits()] })).version);
  };
  const clients = Array.from({ length: 8 }, client);
  await during();
  isOver = true;
  await Promise.all(clients);
  return answered;
}

for (const lane of ['inline', 'worker'] as const) {
  test(`a new version takes over beside the old one without a failed request (${lane})`, async (t) => {
    const store = await openStore(t);
    const plane = await store.open([await store.add('digits', 1, digitMlp(), 'stable')], { lane });
    const next = await store.add('digits', 2, digitMlp(), 'stable');
    const answered = await scoredDuring(plane, () => plane.setModels([next]));
    assert.deepEqual([...answered], [1, 2]);
    assert.deepEqual(statesOf(plane), ['digits:2 AVAILABLE stable']);
    assert.equal(plane.models[0]?.lane, lane);
  });
}

test('a version that cannot be loaded leaves the old one serving, with its labels', async (t) => {
  const store = await openStore(t);
  const plane = await store.open([await store.add('digits', 1, digitMlp(), 'stable')]);
  const broken = await store.add('digits', 2, digitMlp().slice(0, 5_000), 'stable');
  assert.deepEqual([...(await scoredDuring(plane, () => plane.setModels([broken])))], [1]);
  assert.deepEqual(statesOf(plane), ['digits:2 END', 'digits:1 AVAILABLE stable']);
  assert.match(plane.states()[0]?.error?.message ?? '', /cut short/);

  await plane.setModels([await store.add('digits', 3, digitMlp(), 'stable')]);
  assert.deepEqual(statesOf(plane), ['digits:3 AVAILABLE stable', 'digits:2 END']);
});

test('a replica starts if each of its models has a version that can be loaded', async (t) => {
  const store = await openStore(t);
  const broken = await store.add('digits', 2, digitMlp().slice(0, 5_000));
  const plane = await store.open([broken, await store.add('digits', 1, digitMlp())]);
  assert.deepEqual(statesOf(plane), ['digits:2 END', 'digits:1 AVAILABLE']);
  assert.deepEqual(idsOf(plane), ['digits:1']);
});

test('versions are found by number and by label, the highest without either', async (t) => {
  const store = await openStore(t);
  const plane = await store.open([
    await store.add('digits', 3, digitMlp(), 'stable'),
    await store.add('other', 1, digitMlp()),
    await store.add('digits', 4, digitMlp(), 'canary'),
  ]);
  assert.deepEqual(idsOf(plane), ['digits:4', 'digits:3', 'other:1']);
  const versionOf = async (ref: object) =>
    (await plane.infer({ id: 'r', inputs: [digits()], ...ref })).version;
  assert.equal(await versionOf({}), 4);
  assert.equal(await versionOf({ model: 'digits', version: 3 }), 3);
  assert.equal(await versionOf({ label: 'stable' }), 3);
  assert.equal(await versionOf({ model: 'digits', label: 'canary' }), 4);
  assert.equal(await versionOf({ model: 'other' }), 1);
  await assert.rejects(versionOf({ label: 'beta' }), {
    code: 'not_found',
    message: 'No ready version of the model "digits" has the label "beta"; the labels are canary, stable.',
  });
});

test('models are unloaded and loaded on request, and what is not deployed is not known', async (t) => {
  const store = await openStore(t);
  const plane = await store.open([
    await store.add('digits', 1, digitMlp()),
    await store.add('digits', 2, digitMlp()),
    await store.add('other', 1, digitMlp()),
  ]);
  await plane.unloadModel('digits');
  assert.deepEqual(statesOf(plane), ['digits:1 END', 'digits:2 END', 'other:1 AVAILABLE']);
  await assert.rejects(plane.infer({ id: 'r', inputs: [digits()] }), { code: 'not_found' });
  await plane.loadModel('digits', 1);
  assert.deepEqual(idsOf(plane), ['digits:1', 'other:1']);
  await assert.rejects(plane.loadModel('digits', 7), { code: 'not_found' });
  await assert.rejects(plane.unloadModel('cats'), { code: 'not_found' });
});

test('draining ends a version that is being loaded', async (t) => {
  const store = await openStore(t);
  const plane = await store.open([await store.add('digits', 1, digitMlp())]);
  const loading = plane.setModels([await store.add('digits', 2, convNet(1))]);
  await plane.drain(AbortSignal.timeout(60_000));
  await loading;
});
