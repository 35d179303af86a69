import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DEPLOYMENT, type DeploymentConfig } from '@slipway/contract/api';
import { homePaths } from '../../home/home-paths.ts';
import { replicaSpec } from './replica-spec.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

function specWith(config: Partial<DeploymentConfig>, base: Partial<DeploymentConfig> = DEFAULT_DEPLOYMENT) {
  const order = {
    id: 'r',
    service: { uid: 'u', name: 's', workspace: 'default' },
    revision: 1,
    models: ['one', 'two'].map((name) => ({ name, version: 1, digest: DIGEST })),
    config: { ...base, ...config } as DeploymentConfig,
    devices: { gpu: ['GPU-1'] },
  };
  return replicaSpec(order, homePaths('/home'), 'token', 'info');
}

function modelsWith(...configs: Parameters<typeof specWith>) {
  const { models } = specWith(...configs);
  return models.map(({ name, batching, instances }) => ({ name, batching, instances }));
}

test('a model has the settings of its own, and else those of all', () => {
  const found = modelsWith({
    batching: { mode: 'off' },
    instances: 2,
    modelSettings: { two: { batching: { mode: 'dynamic', maxDelayMs: 5 } } },
  });
  assert.deepEqual(found, [
    { name: 'one', batching: { mode: 'off' }, instances: 2 },
    { name: 'two', batching: { mode: 'dynamic', maxDelayMs: 5 }, instances: 2 },
  ]);
});

test('a revision from before there were such settings has the defaults', () => {
  const { batching, instances, modelSettings, ...older } = DEFAULT_DEPLOYMENT;
  assert.deepEqual(
    { batching, instances, modelSettings },
    { batching: { mode: 'greedy' }, instances: null, modelSettings: {} },
  );
  assert.deepEqual(modelsWith({}, older)[0], { name: 'one', batching, instances });
});

test('a replica is told of both names of outputs only where the deployment asks for them', () => {
  const { bothOutputNames: _, ...older } = DEFAULT_DEPLOYMENT;
  assert.equal(specWith({}, older).bothOutputNames, false);
  assert.equal(specWith({ bothOutputNames: true }).bothOutputNames, true);
});

test('what is collected lies in the folder of the service, within the limits that are said or the defaults', () => {
  const { collectModelData: _, dataCollection: __, ...older } = DEFAULT_DEPLOYMENT;
  assert.equal(specWith({}, older).collection, null);
  const defaults = { format: null, sampleRatio: 1, maxBytes: 1e9, keepDays: 30 };
  const dir = '/home/services/u/collected';
  assert.deepEqual(specWith({ collectModelData: true }).collection, { dir, ...defaults });
  const said = { format: 'csv', sampleRatio: 0.1, maxMegabytes: 2, keepDays: 7 } as const;
  assert.deepEqual(specWith({ collectModelData: true, dataCollection: said }).collection, {
    dir,
    format: 'csv',
    sampleRatio: 0.1,
    maxBytes: 2e6,
    keepDays: 7,
  });
});

test('a replica uses the cores that it asks for, or those up to its limit', () => {
  assert.equal(specWith({ cpuCores: 2 }).cpuCores, 2);
  assert.equal(specWith({ cpuCores: 2, cpuCoresLimit: 4 }).cpuCores, 4);
});
