// TensorFlow's models of encoded images, converted, beside TensorFlow: pixels that the network takes, and its answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageInput, Tensor } from '@slipway/contract';
import type { TensorRequest } from '@slipway/graph/tensorflow';
import { createImagePreprocessor } from '@slipway/runtime/images';
import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { type Answer, answerOf, images, STRIDE } from './answers.ts';
import { convert } from './converted.ts';

const CLASSIFIER = { outputs: ['classifier/resnet_v1_50/predictions/Softmax:0'] };

/** The models of each graph, and what is asked of them. */
const MODELS: readonly (readonly [graph: string, model: string, request: TensorRequest])[] = [
  ['flow', 'flow-saved-model', { inputs: ['Placeholder:0'], ...CLASSIFIER }],
  ['flow', 'flow-checkpoint', { inputs: ['Placeholder:0'], ...CLASSIFIER }],
  ['flow', 'flow.pb', { inputs: ['Placeholder:0'], ...CLASSIFIER }],
  ['flow-2', 'flow-2-saved-model', {}],
  ['flow-2', 'flow-2.pb', { inputs: ['images'], outputs: ['Identity'] }],
  ['boxes', 'boxes.pb', CLASSIFIER],
  ['inception', 'inception.pb', CLASSIFIER],
  ['slim', 'slim.pb', CLASSIFIER],
  ['levels', 'levels.pb', CLASSIFIER],
  ['exact', 'exact.pb', CLASSIFIER],
  ['keras-layers', 'keras-layers', {}],
];

/** Of the range of an element: single precision, in which TensorFlow may compute a step more or less. */
const ERROR = 1e-6;

/** Levels: TensorFlow decodes JPEG by another, less exact transformation (docs/reference/tensorflow-images.md). */
const JPEG_MEAN_ERROR = 1.25;
const JPEG_ERROR = 15;

/** Beside the largest answer: single precision, and what the levels of JPEG make of it in these small networks. */
const SCORE_ERROR = 1e-5;
const JPEG_SCORE_ERROR = 5e-2;

/** The graph that asks for the exact transformation. */
const EXACT_JPEG = 'inception';

const preprocess = createImagePreprocessor({
  maxImageBytes: 10_000_000,
  maxPixels: 10_000_000,
  maxTensorBytes: 10_000_000,
  concurrency: 2,
  maxRequests: 10,
  timeoutMs: 60_000,
});

for (const [graph, model, request] of MODELS)
  test(`${model} takes images as in TensorFlow, and answers the same`, async (t) => {
    const { onnx, image } = await convert(t, model, request);
    const session = await InferenceSession.create(onnx, { intraOpNumThreads: 1, logSeverityLevel: 4 });
    for (const [name, encoded] of images()) {
      const pixels = await preprocess(image, [encoded]);
      const expected = answerOf(graph, name);
      const isExact = name.endsWith('.png') || graph === EXACT_JPEG;
      assertPixels(name, isExact, image, pixels, expected);
      assertScores(name, isExact, await scoresOf(session, pixels), expected);
    }
    await session.release();
  });

function assertPixels(
  name: string,
  isExact: boolean,
  image: ImageInput,
  pixels: Tensor,
  { grid, mean }: Answer,
): void {
  const level = Math.max(...image.scale.map((scale, channel) => scale / (image.std[channel] ?? 1)));
  const [most, average] = isExact
    ? [ERROR * 255 * level, ERROR * 255 * level]
    : [JPEG_ERROR * level, JPEG_MEAN_ERROR * level];
  const found = gridOf(image, pixels);
  assert.equal(found.length, grid.length);
  const errors = found.map((value, index) => Math.abs(value - (grid[index] ?? Number.NaN)));
  const largest = Math.max(...errors);
  assert.ok(largest <= most, `an element of ${name} differs by ${largest / level} levels`);
  assert.ok(meanOf(errors) <= average, `elements of ${name} differ by ${meanOf(errors) / level} levels`);
  const shift = Math.abs(meanOf([...(pixels.data as Float32Array)]) - mean);
  assert.ok(shift <= average, `all of ${name} together differs by ${shift / level} levels`);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Every so many pixels of the only image, channels last. */
function gridOf({ layout, width, height }: ImageInput, { data }: Tensor): number[] {
  const found: number[] = [];
  for (let y = 0; y < height; y += STRIDE)
    for (let x = 0; x < width; x += STRIDE)
      for (let channel = 0; channel < 3; channel += 1) {
        const at = layout === 'NHWC' ? (y * width + x) * 3 + channel : (channel * height + y) * width + x;
        found.push(Number(data[at]));
      }
  return found;
}

async function scoresOf(session: InferenceSession, { name, shape, data }: Tensor): Promise<Float32Array> {
  const answer = await session.run({ [name]: new RuntimeTensor('float32', data as Float32Array, shape) });
  const [scores] = Object.values(answer);
  return scores?.data as Float32Array;
}

function assertScores(name: string, isExact: boolean, found: Float32Array, { scores }: Answer): void {
  assert.equal(found.length, scores.length);
  assert.equal(bestOf(found), bestOf(scores), `the best class of ${name}`);
  const range = Math.max(...scores.map(Math.abs));
  const most = Math.max(...found.map((score, index) => Math.abs(score - (scores[index] ?? Number.NaN))));
  const allowed = range * (isExact ? SCORE_ERROR : JPEG_SCORE_ERROR);
  assert.ok(most <= allowed, `the answer to ${name} differs by ${most} of ${range}`);
}

function bestOf(scores: Float32Array): number {
  return scores.indexOf(Math.max(...scores));
}
