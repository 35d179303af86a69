import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReplicaModel, Tensor } from '@slipway/contract';
import { DETECTION_OUTPUTS, detectObjects, readDetections } from '@slipway/contract/detection';
import {
  identityModel,
  onTestEnd,
  type SsdObject,
  ssdNet,
  type TestScope,
  temporaryFolder,
} from '@slipway/testkit';
import { createDataPlane } from './create-data-plane.ts';
import type { DataPlane } from './data-plane.ts';

const SIDE = 300;
const LIMITS = {
  maxBodyBytes: 1,
  maxConcurrentRequests: null,
  maxQueueLength: 100,
  maxQueueWaitMs: 60_000,
  scoringTimeoutMs: 60_000,
  drainGraceSeconds: 1,
};
const DETECTIONS = { layout: 'ssd-vgg-300' };
const LABELS = Array.from({ length: 21 }, (_, index) => ({ 8: 'cat', 12: 'dog' })[index] ?? '');

const OBJECTS: readonly SsdObject[] = [
  { block: 'block11', anchor: 0, classIndex: 12, logit: 20 },
  // It overlaps the one before.
  { block: 'block10', anchor: 17, classIndex: 12, logit: 19 },
  { block: 'block9', anchor: 36, classIndex: 8, logit: 12 },
  { block: 'block4', anchor: 684, classIndex: 15, logit: 9.5 },
];

interface Set {
  readonly onnx?: Uint8Array;
  readonly detections?: object;
  readonly files?: Readonly<Record<string, string>>;
}

async function open(scope: TestScope, { onnx, detections, files = {} }: Set): Promise<DataPlane> {
  const path = await temporaryFolder(scope);
  await writeFile(join(path, 'model.onnx'), onnx ?? ssdNet(OBJECTS, { onlyInBright: true }));
  if (detections !== undefined)
    await writeFile(join(path, 'signature.json'), JSON.stringify({ kind: 'ModelSignature', detections }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  const model: ReplicaModel = { name: 'detector', version: 1, digest: 'sha256:detector', path };
  const plane = await createDataPlane({
    models: [model],
    cpuCores: 1,
    profile: 'latency',
    lane: 'auto',
    limits: LIMITS,
    cacheDir: join(path, 'cache'),
    log: { info() {}, warn() {}, error() {} },
    onStuck: () => assert.fail('nothing was to be stuck'),
  });
  onTestEnd(scope, () => plane.drain(AbortSignal.timeout(60_000)));
  return plane;
}

/** Images of one level each. */
function images(...levels: number[]): Tensor {
  const each = SIDE * SIDE * 3;
  const data = new Float32Array(levels.length * each);
  for (const [index, level] of levels.entries()) data.fill(level, index * each, (index + 1) * each);
  return { name: 'InputImage', datatype: 'FP32', shape: [levels.length, SIDE, SIDE, 3], data };
}

const shapesOf = (outputs: readonly Tensor[]) => outputs.map(({ name, shape }) => [name, ...shape]);

const { boxes, classes, scores, count, labels } = DETECTION_OUTPUTS;

test('a declared detector answers what the arithmetic finds in its raw outputs', async (t) => {
  const raw = await open(t, {});
  const plane = await open(t, { detections: { ...DETECTIONS, selectThreshold: 0.3, labels: LABELS } });
  const [loaded] = plane.models;
  assert.deepEqual(
    loaded?.signature.outputs.map(({ name, datatype, shape }) => [name, datatype, ...shape]),
    [
      [boxes, 'FP32', 'batch', 'detections', 4],
      [classes, 'FP32', 'batch', 'detections'],
      [scores, 'FP32', 'batch', 'detections'],
      [count, 'FP32', 'batch'],
      [labels, 'BYTES', 'batch', 'detections'],
    ],
  );
  // Milliseconds of arithmetic belong to the thread of the model.
  assert.equal(loaded?.lane, 'worker');
  const inputs = [images(1, -1, 1)];
  const { outputs } = await plane.infer({ id: 'r', inputs });
  const own = await raw.infer({ id: 'r', inputs: [images(1, -1, 1)] });
  assert.equal(own.outputs.length, 12);
  const expected = detectObjects(own.outputs, { selectThreshold: 0.3, labels: LABELS });
  assert.deepEqual(
    expected.map(({ length }) => length),
    [3, 0, 3],
  );
  assert.deepEqual(
    readDetections(outputs),
    expected.map((found) => found.map(inSinglePrecision)),
  );
  assert.deepEqual(shapesOf(outputs), [
    [boxes, 3, 3, 4],
    [classes, 3, 3],
    [scores, 3, 3],
    [count, 3],
    [labels, 3, 3],
  ]);
});

type Found = ReturnType<typeof detectObjects>[number][number];

function inSinglePrecision({ box, score, ...found }: Found): Found {
  const { yMin, xMin, yMax, xMax } = box;
  const [top = 0, left = 0, bottom = 0, right = 0, rounded = 0] = [yMin, xMin, yMax, xMax, score].map(
    Math.fround,
  );
  return { ...found, score: rounded, box: { yMin: top, xMin: left, yMax: bottom, xMax: right } };
}

test('each request has as many rows as its own images need, also where runs are shared', async (t) => {
  const plane = await open(t, { detections: DETECTIONS });
  const levels = [[1], [-1], [1, -1], [-1], [1]];
  const answers = await Promise.all(
    levels.map((each) => plane.infer({ id: 'r', inputs: [images(...each)], outputs: [boxes, count] })),
  );
  assert.deepEqual(
    answers.map(({ outputs }) => shapesOf(outputs)),
    levels.map((each) => {
      const most = each.includes(1) ? 2 : 0;
      return [
        [boxes, each.length, most, 4],
        [count, each.length],
      ];
    }),
  );
});

test('outputs come as they are asked for; those that the detector has itself are not told', async (t) => {
  const plane = await open(t, { detections: DETECTIONS });
  const { outputs } = await plane.infer({ id: 'r', inputs: [images(1)], outputs: [scores, classes] });
  assert.deepEqual(shapesOf(outputs), [
    [scores, 1, 2],
    [classes, 1, 2],
  ]);
  await assert.rejects(plane.infer({ id: 'r', inputs: [images(1)], outputs: [labels] }), {
    code: 'invalid_argument',
    message: /no output "labels"; it has "boxes", "classes", "scores", "num_detections"/,
  });
});

test('names stand in a file, as many as there are classes', async (t) => {
  const detections = { ...DETECTIONS, labelsFile: 'voc.txt' };
  const plane = await open(t, { detections, files: { 'voc.txt': `${LABELS.join('\n')}\n` } });
  const { outputs } = await plane.infer({ id: 'r', inputs: [images(1)], outputs: [labels] });
  assert.deepEqual(
    outputs[0]?.data,
    ['dog', 'cat'].map((name) => Buffer.from(name)),
  );
  await assert.rejects(open(t, { detections, files: { 'voc.txt': 'cat\ndog' } }), {
    code: 'invalid_model',
    message: /signature\.json does not fit .*detections has 2 labels, but ssd-vgg-300 has 21 classes/,
  });
  await assert.rejects(open(t, { detections }), {
    code: 'invalid_model',
    message: /voc\.txt cannot be read: .* detections\.labelsFile of signature\.json names it/,
  });
});

test('raw outputs of another model are refused when it is loaded', async (t) => {
  const onnx = identityModel('FP32', ['batch', SIDE, SIDE, 3]);
  await assert.rejects(open(t, { onnx, detections: DETECTIONS }), {
    code: 'invalid_model',
    message:
      /signature\.json does not fit the model: detections: the model has no output of FP32 \[\?, 37, 37, 4, 21\], the logits of block4; .*the output .* is none of the detector's/,
  });
});

test('raw outputs that are no numbers are the fault of the model', async (t) => {
  const broken = [{ block: 'block11', anchor: 0, classIndex: 3, logit: Number.NaN }];
  const plane = await open(t, { onnx: ssdNet(broken), detections: DETECTIONS });
  await assert.rejects(plane.infer({ id: 'r', inputs: [images(1)] }), {
    code: 'invalid_model',
    message: /No detections can be made: Output ".*block11_box\/Reshape_1:0" is NaN at 3/,
  });
});
