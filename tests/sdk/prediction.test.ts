import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { NodeTensorClient, Prediction, Webservice } from '@slipway/sdk';
import { identityModel, type TestScope, temporaryFolder } from '@slipway/testkit';
import { deploy } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { writeModels } from '../harness/models.ts';

const DIGIT = Float32Array.from({ length: 784 }, (_, index) => (index % 7) / 7);

interface Way {
  readonly name: string;
  readonly connect: (service: Webservice) => NodeTensorClient | Promise<NodeTensorClient>;
}

const WAYS: readonly Way[] = [
  { name: '/score', connect: (service) => service.client() },
  { name: 'TensorFlow Serving REST', connect: (service) => service.client({ protocol: 'tfserving' }) },
  { name: 'Open Inference REST', connect: (service) => service.client({ protocol: 'oip' }) },
  {
    name: 'Open Inference REST in JSON alone',
    connect: (service) => service.client({ protocol: 'oip', binary: false }),
  },
  { name: 'Open Inference gRPC', connect: (service) => service.grpcClient({ protocol: 'oip' }) },
  { name: 'TensorFlow Serving gRPC', connect: (service) => service.grpcClient({ protocol: 'tfserving' }) },
];

/** Two by two pixels. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAFElEQVQI12P4z8DAAMIM/zmTjwMAG5wEMfULVRUAAAAASUVORK5CYII=',
  'base64',
);

suite('a deployed service through the prediction client', () => {
  test('every protocol', async (t) => {
    const installation = await startInstallation(t);
    const { digits } = await writeModels(t);
    const { service } = await deploy(installation, {
      name: 'digits',
      model: digits,
      config: { cpuCores: 0.5 },
    });
    const expected = await scoreOnce(service.client());
    for (const { name, connect } of WAYS) {
      await t.test(name, async () => {
        const client = await connect(service);
        try {
          assert.deepEqual(await client.describe().then(({ inputs }) => inputs[0]?.datatype), 'FP32');
          const { outputs } = await client.scoreArrays({ image: { data: DIGIT, shape: [1, 784] } });
          assert.deepEqual(outputs, expected);
          await assert.rejects(client.scoreArrays({ image: [[1, 2, 3]] }), { code: 'invalid_argument' });
          await assert.rejects(client.scoreArrays({ nobody: Float32Array.of(1) }), {
            code: 'invalid_argument',
          });
        } finally {
          client.close();
        }
      });
    }
    await service.delete();
  });

  test('an image in a file, over every protocol, and the labels of a model', async (t) => {
    const installation = await startInstallation(t);
    const { model, image } = await writeImageModel(t);
    const { service } = await deploy(installation, { name: 'photos', model, config: { cpuCores: 0.5 } });
    const answers: unknown[] = [];
    for (const { connect } of WAYS) {
      const client = await connect(service);
      answers.push((await client.scoreFile(image)).outputs);
      answers.push((await client.scoreFile(image, { inputName: 'images', outputs: ['output'] })).outputs);
      const both = await client.scoreImages([new Uint8Array(PNG), new Uint8Array(PNG)]);
      assert.deepEqual(both.outputs['output']?.shape, [2, 2, 2, 3]);
      await assert.rejects(client.scoreImages(Uint8Array.of(1, 2, 3)), { code: 'invalid_argument' });
      const described = await client.describe();
      assert.deepEqual(described.outputs[0]?.labels, client.protocol === 'tfserving' ? undefined : COLOURS);
      client.close();
    }
    const data = Float32Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 99, 199);
    const output = { name: 'output', datatype: 'FP32', shape: [1, 2, 2, 3], data };
    for (const answer of answers) assert.deepEqual(answer, { output });
    await service.delete();
  });
});

const COLOURS = ['red', 'green', 'blue'];

/** A model that gives the pixels of an image back with names for their colours, and an image for it. */
async function writeImageModel(scope: TestScope): Promise<{ model: string; image: string }> {
  const folder = await temporaryFolder(scope);
  const model = join(folder, 'model');
  await mkdir(model);
  await writeFile(join(model, 'model.onnx'), identityModel('FP32', ['batch', 2, 2, 3]));
  const declared = { name: 'images', width: 2, height: 2, resize: 'nearest', fit: 'stretch', layout: 'NHWC' };
  const outputs = { output: { labelsFile: 'colours.txt' } };
  const signature = { kind: 'ModelSignature', inputs: { input: { image: declared } }, outputs };
  await writeFile(join(model, 'signature.json'), JSON.stringify(signature));
  await writeFile(join(model, 'colours.txt'), COLOURS.join('\n'));
  const image = join(folder, 'image.png');
  await writeFile(image, PNG);
  return { model, image };
}

async function scoreOnce(client: NodeTensorClient): Promise<Prediction['outputs']> {
  const { outputs } = await client.scoreArrays({ image: { data: DIGIT, shape: [1, 784] } });
  client.close();
  return outputs;
}
