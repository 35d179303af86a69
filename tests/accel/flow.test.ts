// The FPGA flow without TensorFlow: a network that is built here, saved, registered, converted, deployed and called under
// every name that its clients know, and cleaned up.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { AcceleratedNetwork, placeholder, preprocessArray, saveModel } from '@slipway/accel';
import { CATALOGUE, type CatalogueEntry, type ResNet } from '@slipway/graph/catalogue';
import {
  AccelOnnxConverter,
  createPredictionClient,
  Model,
  type TensorClient,
  type Webservice,
  type Workspace,
} from '@slipway/sdk';
import { onTestEnd, type TestScope, temporaryFolder } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';

const SIDE = 48;
const IMAGES = join(import.meta.dirname, '../../packages/graph/fixtures/tensorflow-flow/images');
const SCORES = 'classifier/resnet_v1_50/predictions/Softmax:0';
const LABELS = Array.from({ length: 10 }, (_, index) => `class ${index}`);

/** A ResNet of few channels and small images, in the place of ResNet-50. */
const SMALL: CatalogueEntry = {
  ...CATALOGUE.resnet50,
  network: {
    ...(CATALOGUE.resnet50.network as ResNet),
    input: { ...CATALOGUE.resnet50.network.input, side: SIDE },
    classes: LABELS.length,
    width: 4,
    units: [2, 1, 2, 1],
  },
  inputDims: [null, SIDE, SIDE, 3],
  outputs: CATALOGUE.resnet50.outputs.map(({ tensor }) => ({ tensor, dims: [null, 1, 1, 128] })),
  classifier: { tensor: SCORES, dims: [null, LABELS.length], kind: 'probabilities' },
};

/** Names of the images, and those of the scores in the answer to each. */
const NAMES = [
  ['Placeholder:0', SCORES],
  ['Placeholder', SCORES.replace(':0', '')],
  ['images', 'output_alias'],
] as const;

async function saveSmall(folder: string) {
  const images = placeholder('string');
  const network = new AcceleratedNetwork(SMALL, true, folder, { randomWeights: 7, isFrozen: true });
  const pixels = preprocessArray(images, { outputHeight: SIDE, outputWidth: SIDE });
  const scores = network.getDefaultClassifier(network.importGraph(pixels));
  await network.restoreWeights();
  await saveModel(folder, { inputs: { images }, outputs: { output_alias: scores }, labels: LABELS });
  return { images, scores };
}

test('the flow from a network of the catalogue to its clean-up, without TensorFlow', async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const modelPath = join(await temporaryFolder(t), 'resnet50');
  const { images, scores } = await saveSmall(modelPath);
  const source = await Model.register({ workspace, modelPath, modelName: 'resnet50' });

  const converted = await convert(workspace, source, images.name, scores.name);
  assert.deepEqual([converted.id, converted.parentId], ['resnet50.1.accelonnx:1', 'resnet50:1']);
  assert.deepEqual(converted.conversion?.images, ['Placeholder:0']);

  const service = await Model.deploy({ workspace, name: 'resnet50', models: [converted] });
  await service.waitForDeployment({ timeoutSec: 120 });
  await answersUnderAllNames(t, service);

  await assert.rejects(converted.delete(), { code: 'in_use' });
  await service.delete();
  await source.delete();
  await converted.delete();
});

async function convert(workspace: Workspace, source: Model, input: string, output: string): Promise<Model> {
  const printed: string[] = [];
  const print = (text: string) => printed.push(text);
  const wrong = await AccelOnnxConverter.convertTfModel(workspace, source, 'pictures:0', output);
  assert.equal(await wrong.waitForCompletion({ showOutput: true, print }), false);
  assert.match(printed.join(''), /no tensor "pictures:0"\. Its inputs are "Placeholder:0" \(images\)/);
  const request = await AccelOnnxConverter.convertTfModel(workspace, source, input, output);
  assert.equal(await request.waitForCompletion({ showOutput: true, print }), true, printed.join(''));
  return request.result;
}

async function answersUnderAllNames(scope: TestScope, service: Webservice): Promise<void> {
  const photos = await Promise.all(['portrait.jpg', 'grey.png'].map((name) => readFile(join(IMAGES, name))));
  const { primaryKey } = await service.getKeys();
  const grpc = await service.grpcClient({ protocol: 'tfserving' });
  onTestEnd(scope, () => grpc.close());
  const rest = createPredictionClient({ url: service.scoringUri as string, credential: primaryKey });
  const found: number[][] = [];
  for (const client of [grpc, rest])
    for (const [name, output] of NAMES) found.push(await score(client, name, output, photos));
  for (const answer of found) for (const [at, value] of answer.entries()) assert.equal(value, found[0]?.[at]);
  const [first = [], second = []] = [found[0]?.slice(0, LABELS.length), found[0]?.slice(LABELS.length)];
  assert.ok(Math.abs(first.reduce((sum, value) => sum + value, 0) - 1) < 1e-4, 'probabilities of one photo');
  assert.notDeepEqual(first, second, 'another photo, another answer');
  const wrong = { name: 'pictures', datatype: 'BYTES', shape: [1], data: photos.slice(0, 1) } as const;
  for (const client of [grpc, rest]) {
    await assert.rejects(client.scoreTensors([wrong]), {
      code: 'invalid_argument',
      message: /pictures.*images/,
    });
  }
  const broken = {
    ...wrong,
    name: 'images',
    data: [photos[0]?.subarray(0, 300) ?? Buffer.alloc(0)],
  } as const;
  await assert.rejects(grpc.scoreTensors([broken]), { code: 'invalid_argument' });
  const { outputs } = await rest.describe();
  assert.deepEqual(outputs[0]?.labels, LABELS);
}

async function score(client: TensorClient, name: string, output: string, data: readonly Buffer[]) {
  const { outputs } = await client.scoreTensors([{ name, datatype: 'BYTES', shape: [data.length], data }]);
  const scores = outputs[output];
  assert.ok(
    scores?.data instanceof Float32Array,
    `The answer to ${name} has ${Object.keys(outputs).join(', ')}.`,
  );
  assert.deepEqual(scores.shape, [data.length, LABELS.length]);
  return [...scores.data];
}
