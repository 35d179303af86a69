// That weights are random is said of a model in the registry, in listings, and in every answer of a service that runs it.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { readModel, setMetadata, writeModel } from '@slipway/graph/onnx';
import { Model, Webservice } from '@slipway/sdk';
import { identityModel, onTestEnd, type TestScope, temporaryFolder } from '@slipway/testkit';
import { loadMethod } from '../conformance/protocols/grpc-channel.ts';
import { startInstallation } from '../harness/installation.ts';

const HEADER = 'x-slipway-weights';
const RANDOM = 'random; seed=7';

const INFER = loadMethod('oip.proto', 'inference.GRPCInferenceService', 'ModelInfer');
const PREDICT = loadMethod('tfserving.proto', 'tensorflow.serving.PredictionService', 'Predict');

/** A folder with a model that says where its weights are from. */
async function modelOf(folder: string, name: string, weights: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, 'plain.tmp'), identityModel('FP32', ['n']));
  await writeModel(
    setMetadata(readModel(join(path, 'plain.tmp')), { 'slipway.weights': weights }),
    join(path, 'model.onnx'),
  );
  return path;
}

interface Door {
  readonly url: string;
  readonly key: string;
}

/** What an answer says of weights, and its status. */
async function ask({ url, key }: Door, path: string, body?: object, sentKey = key) {
  const answer = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${sentKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  await answer.arrayBuffer();
  return [answer.status, answer.headers.get(HEADER)];
}

/** What the initial metadata of a call say; of one that fails, they are its only ones. */
function call(
  scope: TestScope,
  { url, key }: Door,
  method: typeof INFER,
  message: object,
): Promise<string | undefined> {
  const client = new Client(new URL(url).host, credentials.createInsecure());
  onTestEnd(scope, () => client.close());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${key}`);
  const { path, requestSerialize, responseDeserialize } = method;
  return new Promise((resolve) => {
    const done = (error: { metadata?: Metadata } | null) => {
      if (error !== null) resolve(error.metadata?.get(HEADER)[0]?.toString());
    };
    client
      .makeUnaryRequest(path, requestSerialize, responseDeserialize, message, metadata, done)
      .on('metadata', (head) => resolve(head.get(HEADER)[0]?.toString()));
  });
}

const infer = (shape: readonly number[]) => ({
  inputs: [{ name: 'input', datatype: 'FP32', shape, data: [1] }],
});
const inferCall = (name: string) => ({
  model_name: name,
  inputs: [{ name: 'input', datatype: 'FP32', shape: [1], contents: { fp32_contents: [1] } }],
});
const predictCall = (name: string) => ({
  model_spec: { name },
  inputs: { input: { dtype: 1, tensor_shape: { dim: [{ size: 1 }] }, float_val: [1] } },
});

test('random weights are said everywhere, and trained ones nowhere', async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const folder = await temporaryFolder(t);
  const register = async (name: string, weights: string, properties = {}) =>
    Model.register({
      workspace,
      modelPath: await modelOf(folder, name, weights),
      modelName: name,
      properties,
    });

  const drawn = await register('drawn', 'random, seed 7', { data: 'none' });
  const trained = await register('trained', 'keras');
  assert.deepEqual(drawn.properties, { data: 'none', 'slipway.weights': 'random, seed 7' });
  assert.deepEqual([drawn.randomWeights, trained.randomWeights], ['seed 7', null]);
  assert.deepEqual(trained.properties, {});

  await assert.rejects(trained.addProperties({ 'slipway.weights': 'keras' }), {
    message: /set by the server/,
  });
  await assert.rejects(register('liar', 'random, seed 7', { 'slipway.weights': 'keras' }), {
    message: /properties\.slipway\.weights is set by the server/,
  });
  const file = await Model.register({
    workspace,
    modelPath: join(folder, 'drawn', 'model.onnx'),
    modelName: 'file',
    properties: drawn.properties,
  });
  assert.equal(file.randomWeights, 'seed 7');

  const deployed = await Model.deploy({
    workspace,
    name: 'both',
    models: [trained, drawn],
    deploymentConfig: { cpuCores: 0.1 },
  });
  await deployed.waitForDeployment();
  const [listed] = await Webservice.list({ workspace });
  assert.deepEqual([deployed.randomWeights, listed?.randomWeights], ['seed 7', 'seed 7']);

  const url = new URL(deployed.scoringUri).origin;
  const door: Door = { url, key: (await deployed.getKeys()).primaryKey };
  const [replica] = await deployed.replicas();
  for (const { url: at, key } of [door, { ...door, url: `http://${replica?.address}` }]) {
    const here = { url: at, key };
    assert.deepEqual(await ask(here, '/v1/models/drawn:predict', { inputs: { input: [1] } }), [200, RANDOM]);
    assert.deepEqual(await ask(here, '/v1/models/trained:predict', { inputs: { input: [1] } }), [200, null]);
    assert.deepEqual(await ask(here, '/v1/models/drawn:predict', { inputs: { other: [1] } }), [400, RANDOM]);
    assert.deepEqual(await ask(here, '/v1/models/trained:predict', { inputs: { other: [1] } }), [400, null]);
    assert.deepEqual(await ask(here, '/v2/models/drawn/infer', infer([1])), [200, RANDOM]);
    assert.deepEqual(await ask(here, '/v2/models/drawn/infer', infer([2])), [400, RANDOM]);
    assert.deepEqual(await ask(here, '/v2/models/trained/infer', infer([1])), [200, null]);
    assert.deepEqual(await ask(here, '/v2/models/drawn'), [200, RANDOM]);
    assert.deepEqual(await ask(here, '/v1/models/trained/metadata'), [200, null]);
    assert.equal(await call(t, here, INFER, inferCall('drawn')), RANDOM);
    assert.equal(await call(t, here, INFER, inferCall('trained')), undefined);
    assert.equal(await call(t, here, PREDICT, predictCall('drawn')), RANDOM);
    assert.equal(await call(t, here, PREDICT, predictCall('trained')), undefined);
    assert.equal(await call(t, here, PREDICT, { model_spec: { name: 'drawn' } }), RANDOM, 'a failed call');
  }
  const score = `/api/v1/service/both/score`;
  assert.deepEqual(
    await ask(door, score, { data: [1] }),
    [200, null],
    'the default model is the trained one',
  );
  assert.deepEqual(await ask(door, score, { data: [1] }, 'wrong'), [401, RANDOM], 'of no version: of any');
  assert.deepEqual(
    await ask(door, '/v1/models/nobody:predict', { inputs: { input: [1] } }),
    [404, RANDOM],
    'the only service that could have it',
  );
});
