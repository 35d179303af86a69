import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { parseReplicaSpec } from './replica-spec.ts';

const model = { name: 'm', version: 1, digest: 'sha256:0', path: '/m' };
const spec = {
  kind: 'ReplicaSpec',
  replicaId: 'r',
  service: 's',
  workspace: 'default',
  revision: 1,
  listen: { host: '127.0.0.1', port: 0 },
  adminToken: 't',
  modelsGeneration: 1,
  allowModelControl: false,
  cpuCores: 1,
  profile: 'latency',
  lane: 'auto',
  limits: {
    maxBodyBytes: 1,
    maxConcurrentRequests: null,
    maxQueueLength: 0,
    maxQueueWaitMs: 1,
    scoringTimeoutMs: 1,
    drainGraceSeconds: 0,
  },
  authFile: '/auth.json',
  stateFile: '/state.json',
  cacheDir: '/cache',
  logLevel: 'info',
};

function parseModel(settings: object) {
  const { models } = parseReplicaSpec({ ...spec, models: [{ ...model, ...settings }] }, 'spec.json');
  return { batching: models[0]?.batching, instances: models[0]?.instances };
}

test('batching and engines of a model are read, and may be left out', () => {
  const batching = { mode: 'dynamic', maxSize: 8, maxDelayMs: 5, preferredSizes: [4, 8] };
  assert.deepEqual(parseModel({ batching, instances: 2 }), { batching, instances: 2 });
  assert.deepEqual(parseModel({}), { batching: undefined, instances: null });
});

test('what is said of weights is read', () => {
  const weights = 'random, seed 7';
  const { models } = parseReplicaSpec({ ...spec, models: [{ ...model, weights }, model] }, 'spec.json');
  assert.deepEqual(
    models.map((one) => one.weights),
    [weights, undefined],
  );
});

test('all that is wrong with them is told at once', () => {
  const batching = { mode: 'eager', maxSize: 0, maxDelayMs: 'soon', preferredSizes: [0] };
  assert.throws(
    () => parseModel({ batching, instances: 0 }),
    (error) => {
      assert.ok(error instanceof SlipwayError);
      for (const field of ['mode', 'maxSize', 'maxDelayMs', 'preferredSizes']) {
        assert.match(error.message, new RegExp(`models\\[0\\]\\.batching\\.${field} must be`));
      }
      assert.match(error.message, /models\[0\]\.instances must be/);
      return true;
    },
  );
});

test('the part of the requests that are logged is a number from 0 to 1, and none when it is absent', () => {
  const ratioOf = (fields: object) =>
    parseReplicaSpec({ ...spec, models: [model], ...fields }, 'spec.json').logSampleRatio;
  assert.equal(ratioOf({}), 0);
  assert.equal(ratioOf({ logSampleRatio: 0.25 }), 0.25);
  for (const logSampleRatio of [-0.1, 1.1, '1', null]) {
    assert.throws(() => ratioOf({ logSampleRatio }), /logSampleRatio must be a number from 0 to 1/);
  }
});

test('aliases beside tensor names are asked for by a truth value, and not when it is absent', () => {
  const namesOf = (fields: object) =>
    parseReplicaSpec({ ...spec, models: [model], ...fields }, 'spec.json').bothOutputNames;
  assert.deepEqual([namesOf({}), namesOf({ bothOutputNames: true })], [false, true]);
  assert.throws(() => namesOf({ bothOutputNames: 'yes' }), /bothOutputNames must be/);
});

test('tracing is off unless it is asked for, and then has to be said whole', () => {
  const tracingOf = (fields: object) =>
    parseReplicaSpec({ ...spec, models: [model], ...fields }, 'spec.json').tracing;
  const tracing = { endpoint: 'http://127.0.0.1:4318', sampleRatio: 0.5 };
  assert.deepEqual([tracingOf({}), tracingOf({ tracing: null })], [null, null]);
  assert.deepEqual(tracingOf({ tracing }), tracing);
  assert.throws(
    () => tracingOf({ tracing: { sampleRatio: 2 } }),
    /tracing\.endpoint must be .*tracing\.sampleRatio must be/,
  );
});

test('a script is read whole, and lets a service be without models', () => {
  const entry = {
    language: 'python',
    sourceDir: '/code',
    script: 'score.py',
    interpreter: '/usr/bin/python3',
    workers: 2,
    modelsDir: '/models',
    env: { CUDA_VISIBLE_DEVICES: '0' },
    encodeNumpy: false,
    startTimeoutMs: 1_000,
    packagesDir: null,
    heapMb: null,
  };
  const entryOf = (fields: object) =>
    parseReplicaSpec({ ...spec, models: [], entry: fields }, 'spec.json').entry;
  assert.deepEqual(entryOf(entry), entry);
  assert.throws(
    () => parseReplicaSpec({ ...spec, models: [] }, 'spec.json'),
    /models must be a list with at least one/,
  );
  assert.throws(
    () => entryOf({ ...entry, workers: 0, env: { A: 1 }, interpreter: 'python3' }),
    /entry\.interpreter must be an absolute path.*entry\.workers must be.*entry\.env must be an object whose values are texts/,
  );
});
