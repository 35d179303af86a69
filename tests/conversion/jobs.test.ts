import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { AccelOnnxConverter, Model, type Workspace } from '@slipway/sdk';
import { processesMentioning, temporaryFolder, waitFor } from '@slipway/testkit';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { writeFakePython } from './fake-tensorflow.ts';

const FIXTURES = join(import.meta.dirname, '../../packages/graph/fixtures/tensorflow');
const FLOW = join(import.meta.dirname, '../../packages/graph/fixtures/tensorflow-flow');

/** Starting Node and ONNX Runtime takes a second; with every core taken by others, much more. */
const LONG_MS = 120_000;

/** A network of TensorFlow 1 with one product: `x:0` to `y:0`, `images` and `scores` in its signature. */
async function registerNetwork(workspace: Workspace, modelName = 'network'): Promise<Model> {
  return await Model.register({ workspace, modelPath: join(FIXTURES, 'tf1-saved-model'), modelName });
}

test('a model of TensorFlow becomes a model of ONNX that is served under all its names', async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const source = await registerNetwork(workspace);
  const converted = await (await source.convert()).wait();
  assert.deepEqual(
    [converted.id, converted.parentId, converted.modelFramework],
    ['network.1.accelonnx:1', 'network:1', 'ONNX'],
  );
  assert.deepEqual(
    converted.files.map(({ path }) => path),
    ['conversion.json', 'model.onnx'],
  );
  assert.deepEqual((await source.refresh()).derivedModelIds, [converted.id]);
  const { trials, tensorflow, nodes, parameters } = converted.conversion ?? assert.fail();
  assert.deepEqual([trials.length, tensorflow, nodes.onnx, parameters], [2, null, 1, 6]);

  const again = await source.convert();
  assert.equal((await again.wait()).id, converted.id, 'the same bytes are the same model');
  assert.match(again.operation.message, /converted before, into the same bytes/);
  const named = await (await source.convert({ name: 'mine', inputs: ['x'], outputs: ['y'] })).wait();
  assert.equal(named.id, 'mine:1');

  const service = await Model.deploy({ workspace, name: 'network', models: [converted] });
  await service.waitForDeployment({ timeoutSec: 60 });
  const client = await service.grpcClient({ protocol: 'tfserving' });
  const data = Float32Array.of(1, 2, 3);
  const answers: Record<string, unknown> = {};
  for (const name of ['x:0', 'x', 'images']) {
    const { outputs } = await client.scoreTensors([{ name, datatype: 'FP32', shape: [1, 3], data }]);
    answers[name] = Object.keys(outputs).toSorted();
  }
  client.close();
  assert.deepEqual(answers, { 'x:0': ['y:0'], x: ['y'], images: ['scores', 'y:0'] });
});

test("the FPGA flow's graph is served with its input of encoded images, under its own names", async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const modelPath = join(FLOW, 'flow-saved-model');
  const source = await Model.register({ workspace, modelPath, modelName: 'resnet50' });
  const converted = await (await source.convert()).wait();
  assert.deepEqual(converted.conversion?.images, ['Placeholder:0']);
  assert.ok(converted.files.some(({ path }) => path === 'signature.json'));
  const service = await Model.deploy({ workspace, name: 'resnet50', models: [converted] });
  await service.waitForDeployment({ timeoutSec: 60 });
  const client = await service.grpcClient({ protocol: 'tfserving' });
  const image = await readFile(join(FLOW, 'images', 'grey.png'));
  const scores = 'classifier/resnet_v1_50/predictions/Softmax:0';
  for (const [name, expected] of [
    ['Placeholder:0', [scores]],
    ['images', [scores, 'output_alias']],
  ] as const) {
    const { outputs } = await client.scoreTensors([{ name, datatype: 'BYTES', shape: [1], data: [image] }]);
    assert.deepEqual(Object.keys(outputs).toSorted(), expected);
    assert.deepEqual(outputs[scores]?.shape, [1, 10]);
  }
  client.close();
});

test('kill -9 of server and job: the conversion begins again from a clean folder, and registers one model', async (t) => {
  const installation = await startInstallation(t);
  const python = await writeFakePython(await temporaryFolder(t));
  const workspace = await installation.workspace();
  const source = await registerNetwork(workspace);
  const { operation } = await source.convert({ python: python.path });
  await waitFor(() => existsSync(python.called), { what: 'the job to ask Python', timeoutMs: LONG_MS });

  await installation.killServer();
  await installation.startServer();
  const again = await jobsOf(installation, 2);
  const [job] = again.filter(({ commandLine }) => commandLine.includes('dist/main.js'));
  process.kill(job?.pid ?? assert.fail(), 'SIGKILL');
  await waitFor(async () => (await jobsOf(installation, 2)).every(({ pid }) => pid !== job?.pid), {
    what: 'another job',
    timeoutMs: LONG_MS,
  });
  await python.letGo();
  await operation.wait();
  assert.equal(operation.result, 'models/network.1.accelonnx:1');
  const names = (await Model.list({ workspace: await installation.workspace() })).map(({ id }) => id);
  assert.deepEqual(names, ['network.1.accelonnx:1', 'network:1']);
  const log = (await operation.log()).map(({ message }) => message);
  assert.equal(log.filter((message) => message === 'Reads the model.').length, 3);
  await nothingLeft(installation);
});

test('a conversion that is cancelled ends with all its processes, and its operation says so', async (t) => {
  const installation = await startInstallation(t);
  const python = await writeFakePython(await temporaryFolder(t));
  const workspace = await installation.workspace();
  const { operation } = await (await registerNetwork(workspace)).convert({ python: python.path });
  await waitFor(() => existsSync(python.called), { what: 'the job to ask Python', timeoutMs: LONG_MS });
  await operation.cancel();
  await assert.rejects(operation.wait(), { code: 'cancelled' });
  assert.equal(operation.state, 'Cancelled');
  await nothingLeft(installation);
});

test("Azure's converter: a wait that tells, prints as Azure's does, and never throws", async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const source = await registerNetwork(workspace);
  const printed: string[] = [];
  const print = (text: string) => printed.push(text);
  const request = await AccelOnnxConverter.convertTfModel(workspace, source.id, 'x:0', 'y:0');
  assert.equal(await request.waitForCompletion({ showOutput: true, print }), true);
  const { result } = request;
  assert.deepEqual(
    [result.name, result.version, result.parentId, request.status],
    ['network.1.accelonnx', 1, 'network:1', 'Succeeded'],
  );
  assert.match(result.url, /\/api\/v1\/workspaces\/default\/models\/network\.1\.accelonnx/);
  const output = printed.join('');
  assert.match(
    output,
    /^(?:NotStarted\.*\n)?Running\.*\nSucceeded\nOperation [-0-9a-f]+ completed, operation state "Succeeded"\n/,
  );
  assert.match(output, /\nsas url to download model conversion logs http\S+\/log\n.*Reads the model\.\n/);

  printed.length = 0;
  const wrong = await AccelOnnxConverter.convertTfModel(workspace, source, 'x:0', 'nowhere:0');
  assert.throws(() => wrong.result, { message: 'Model conversion is not complete' });
  assert.equal(wrong.status, 'InProgess');
  assert.equal(await wrong.waitForCompletion({ showOutput: true, print }), false);
  assert.match(
    printed.join(''),
    /Model convert failed with\nStatusCode: invalid_argument\nMessage: The graph has no tensor "nowhere:0"/,
  );
  assert.throws(() => wrong.result, { message: 'Model conversion is not successful' });
  assert.equal(wrong.status, 'Failed');

  const python = await writeFakePython(await temporaryFolder(t));
  const slow = await AccelOnnxConverter.convertTfModel(workspace, source, 'x:0', 'y:0', {
    python: python.path,
  });
  printed.length = 0;
  assert.equal(await slow.waitForCompletion({ showOutput: true, timeoutSec: 1, print }), false);
  assert.match(
    printed.join(''),
    /\nWait for completion timeout\. Conversion state is: (?:Running|NotStarted)\n$/,
  );
  await slow.conversion.operation.cancel();
});

test('what is not as TensorFlow answers is not registered', async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const source = await registerNetwork(workspace);
  const [right, wrong] = [await temporaryFolder(t), await temporaryFolder(t)];
  const python = await writeFakePython(right, 1e-5);
  await python.letGo();
  const compared = await (await source.convert({ python: python.path })).wait();
  const { tensorflow, trials } = compared.conversion ?? assert.fail();
  assert.equal(tensorflow, '2.0-fake');
  for (const { error } of trials) assert.ok(error !== null && error > 1e-6 && error < 1e-3, `${error}`);

  const liar = await writeFakePython(wrong, 0.01);
  await liar.letGo();
  await assert.rejects((await source.convert({ python: liar.path, name: 'wrong' })).wait(), {
    code: 'invalid_model',
    message: /is not registered: "y:0" differs from TensorFlow: by 1\.0e-2, .* of what its inputs change/,
  });
  const missing = { python: join(wrong, 'nothing'), name: 'wrong' };
  await assert.rejects((await source.convert(missing)).wait(), {
    code: 'unavailable',
    message: /cannot be started/,
  });
  await assert.rejects(Model.get({ workspace, name: 'wrong' }), { code: 'not_found' });
});

/** The processes of conversions once there are so many. */
async function jobsOf({ home }: Installation, count: number) {
  return await waitFor(
    async () => {
      const jobs = await processesMentioning(join(home, 'conversions'));
      return jobs.length >= count && jobs;
    },
    { what: `${count} processes of the conversion`, timeoutMs: LONG_MS },
  );
}

async function nothingLeft({ home }: Installation): Promise<void> {
  assert.deepEqual(await readdir(join(home, 'conversions')), []);
  await waitFor(async () => (await processesMentioning(join(home, 'conversions'))).length === 0, {
    what: 'the processes of the conversion to end',
    timeoutMs: LONG_MS,
  });
}
