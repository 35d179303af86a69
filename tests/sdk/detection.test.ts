// A detector of images, served with its raw outputs and with what it found: every protocol gives the same objects.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type Detection,
  detectObjects,
  type NodeTensorClient,
  readDetections,
  type Webservice,
} from '@slipway/sdk';
import {
  BLACK_PIXEL,
  type SsdObject,
  ssdNet,
  type TestScope,
  temporaryFolder,
  WHITE_PIXEL,
} from '@slipway/testkit';
import { deploy } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';

const OBJECTS: readonly SsdObject[] = [
  { block: 'block11', anchor: 0, classIndex: 12, logit: 20 },
  // It overlaps the one before.
  { block: 'block10', anchor: 17, classIndex: 12, logit: 19 },
  { block: 'block9', anchor: 36, classIndex: 8, logit: 12 },
  // The background is more likely.
  { block: 'block4', anchor: 100, classIndex: 15, logit: 9 },
];

/** Class, score, and the box from its upper edge on. */
const FOUND = [
  ['dog', Math.exp(20) / (Math.exp(20) + Math.exp(10) + 19), 0.065, 0.065, 0.935, 0.935],
  ['cat', Math.exp(12) / (Math.exp(12) + Math.exp(10) + 19), 0.065, 0.065, 0.575, 0.575],
] as const;

const LABELS = Array.from({ length: 21 }, (_, index) => ({ 8: 'cat', 12: 'dog' })[index] ?? `class ${index}`);

const INPUT = {
  kind: 'ModelSignature',
  inputs: {
    InputImage: {
      image: {
        name: 'images',
        width: 300,
        height: 300,
        resize: 'tf1_bilinear',
        fit: 'stretch',
        mean: [123.68, 116.779, 103.939],
        layout: 'NHWC',
      },
    },
  },
};

const PHOTO = new URL('../../packages/graph/fixtures/tensorflow-flow/images/landscape.jpg', import.meta.url);

const WAYS: Readonly<Record<string, (service: Webservice) => NodeTensorClient | Promise<NodeTensorClient>>> =
  {
    '/score': (service) => service.client(),
    'TensorFlow Serving REST': (service) => service.client({ protocol: 'tfserving' }),
    'Open Inference REST': (service) => service.client({ protocol: 'oip' }),
    'TensorFlow Serving gRPC': (service) => service.grpcClient({ protocol: 'tfserving' }),
    'Open Inference gRPC': (service) => service.grpcClient(),
  };

test('a detector with raw outputs', async (t) => {
  const outputs = { 'ssd_300_vgg/block4_box/Reshape_1:0': { labels: LABELS } };
  const service = await deployDetector(t, { outputs }, ssdNet(OBJECTS));
  const image = new Uint8Array(await readFile(PHOTO));
  const { labels } =
    (await service.client().describe()).outputs.find((one) => one.labels !== undefined) ?? {};
  for (const [name, connect] of Object.entries(WAYS))
    await t.test(name, async () => {
      const client = await connect(service);
      try {
        // Two images are one batch, which /score takes by the name of its input.
        const prediction = await client.scoreImages([image, image]);
        const found = detectObjects(Object.values(prediction.outputs), { labels });
        assert.equal(found.length, 2);
        for (const detections of found) assertFound(detections);
      } finally {
        client.close();
      }
    });
});

test('a detector that is declared answers what it found', async (t) => {
  const detections = { layout: 'ssd-vgg-300', labels: LABELS };
  const service = await deployDetector(t, { detections }, ssdNet(OBJECTS, { onlyInBright: true }));
  for (const [name, connect] of Object.entries(WAYS))
    await t.test(name, async () => {
      const client = await connect(service);
      try {
        const { outputs } = await client.describe();
        assert.deepEqual(
          outputs.map(({ name: output, datatype, shape }) => [output, datatype, shape.length]).toSorted(),
          [
            ['boxes', 'FP32', 3],
            ['classes', 'FP32', 2],
            ['labels', 'BYTES', 2],
            ['num_detections', 'FP32', 1],
            ['scores', 'FP32', 2],
          ],
        );
        const both = readDetections(
          Object.values((await client.scoreImages([BLACK_PIXEL, WHITE_PIXEL])).outputs),
        );
        assert.deepEqual(both?.[0], []);
        assertFound(both?.[1] ?? []);
        const nothing = await client.scoreImages(BLACK_PIXEL);
        assert.deepEqual(readDetections(Object.values(nothing.outputs)), [[]]);
        const asked = await client.scoreImages(WHITE_PIXEL, { outputs: ['labels', 'scores'] });
        assert.deepEqual(Object.keys(asked.outputs), ['labels', 'scores']);
      } finally {
        client.close();
      }
    });
});

async function deployDetector(scope: TestScope, declared: object, onnx: Uint8Array): Promise<Webservice> {
  const installation = await startInstallation(scope);
  const model = await writeDetector(scope, declared, onnx);
  const { service } = await deploy(installation, { name: 'detector', model, config: { cpuCores: 0.5 } });
  return service;
}

async function writeDetector(scope: TestScope, declared: object, onnx: Uint8Array): Promise<string> {
  const folder = join(await temporaryFolder(scope), 'detector');
  await mkdir(folder);
  await writeFile(join(folder, 'model.onnx'), onnx);
  await writeFile(join(folder, 'signature.json'), JSON.stringify({ ...INPUT, ...declared }));
  return folder;
}

function assertFound(detections: readonly Detection[]): void {
  assert.deepEqual(
    detections.map(({ label, classIndex }) => [label, classIndex]),
    [
      ['dog', 12],
      ['cat', 8],
    ],
  );
  for (const [index, { score, box }] of detections.entries()) {
    const [, ...expected] = FOUND[index] ?? [];
    for (const [place, value] of [score, box.yMin, box.xMin, box.yMax, box.xMax].entries())
      assert.ok(Math.abs(value - (expected[place] ?? Number.NaN)) < 1e-6, `${value}, not ${expected[place]}`);
  }
}
