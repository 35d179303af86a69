import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { requireValid } from '../onnx/check/check-model.ts';
import { rewritten } from '../onnx/fixtures.test.helper.ts';
import type { ValueInfo } from '../onnx/model.ts';
import { buildNetwork, neededWeights, withClassifier } from './build-network.ts';
import { CATALOGUE } from './facts.ts';
import type { Network } from './network.ts';
import { pixelsOf } from './network-pixels.ts';
import { randomWeights } from './random-weights.ts';
import { TINY } from './tiny.test.helper.ts';
import { ORIGINAL } from './variants.ts';
import type { NetworkWeights } from './weights.ts';

/** What torchvision counts in its networks, all that is trained; SSD-VGG, by hand from its layers. */
const PARAMETERS = {
  resnet50: 25_557_032,
  resnet152: 60_192_808,
  densenet121: 7_978_856,
  vgg16: 138_357_544,
  ssdvgg: 26_285_486,
};

for (const entry of Object.values(CATALOGUE)) {
  test(`${entry.name} has the tensors, shapes and parameters that are known of it`, () => {
    const built = buildNetwork(entry.network, unread(entry.network));
    const { featurizer, classifier } = built;
    assert.deepEqual(shapesOf(featurizer.graph.inputs), [['InputImage:0', entry.inputDims]]);
    assert.deepEqual(
      shapesOf(featurizer.graph.outputs),
      entry.outputs.map(({ tensor, dims }) => [tensor, dims]),
    );
    const whole = classifier === undefined ? featurizer : withClassifier(built);
    const scores = shapesOf(classifier?.graph.outputs ?? []);
    assert.deepEqual(scores, entry.classifier ? [[entry.classifier.tensor, entry.classifier.dims]] : []);
    requireValid(whole);
    const trained = neededWeights(entry.network, ORIGINAL[entry.network.family]).filter(
      ({ role }) => role !== 'mean' && role !== 'variance',
    );
    const parameters = trained.reduce((sum, { dims }) => sum + product(dims), 0);
    assert.equal(parameters, PARAMETERS[entry.name]);
  });
}

test('SSD-VGG has no classifier, and says so as the original does', () => {
  const { network } = CATALOGUE.ssdvgg;
  assert.throws(() => withClassifier(buildNetwork(network, unread(network))), {
    code: 'invalid_argument',
    message: 'This model does not have classifier.',
  });
});

for (const [family, network] of Object.entries(TINY)) {
  test(`a tiny ${family} of random weights answers, and its answer depends on the image`, async (t) => {
    const built = buildNetwork(network, randomWeights(network, 7));
    const [first = [], second = []] = await answers(await rewritten(t, built.featurizer), network);
    const largest = Math.max(...first.map(Math.abs), ...second.map(Math.abs));
    const signal = Math.max(...first.map((value, index) => Math.abs(value - (second[index] ?? 0))));
    assert.ok(largest > 1e-3 && largest < 1e6, `the largest is ${largest}`);
    assert.ok(signal > 0.05 * largest, `differs by ${signal} of ${largest}`);
  });
}

test('the same seed gives the same weights, and another one others', () => {
  const kernel = (seed: number) =>
    randomWeights(TINY.resnet, seed).tensors.get('resnet_v1_50/conv1/weights')?.bytes;
  assert.deepEqual(kernel(7), kernel(7));
  assert.notDeepEqual(kernel(7), kernel(8));
});

test('a model of random weights says so, also behind its classifier', () => {
  const model = withClassifier(buildNetwork(TINY.resnet, randomWeights(TINY.resnet, 7)));
  assert.deepEqual(model.metadata, [
    { key: 'slipway.weights', value: 'random, seed 7' },
    { key: 'slipway.variant', value: 'slim' },
  ]);
});

test('all weights that are wrong are told at once', () => {
  const weights = randomWeights(TINY.vgg, 1);
  const tensors = new Map(weights.tensors);
  tensors.delete('vgg_16/fc7/weights');
  tensors.set('vgg_16/fc9/weights', { dims: [1], bytes: new Uint8Array(4) });
  tensors.set('vgg_16/fc7/biases', { dims: [3], bytes: new Uint8Array(12) });
  assert.throws(() => buildNetwork(TINY.vgg, { ...weights, tensors }), {
    code: 'invalid_argument',
    message:
      /1 are missing: "vgg_16\/fc7\/weights"\. 1 have no place in it: "vgg_16\/fc9\/weights"\. 1 have another shape: "vgg_16\/fc7\/biases is \[3\] instead of \[32\]"/,
  });
});

/** Weights of the right shapes that are never read. */
function unread(network: Network): NetworkWeights {
  const file = { path: '/nowhere', size: 0, mtimeMs: 0 };
  const variant = ORIGINAL[network.family];
  const tensors = new Map(
    neededWeights(network, variant).map(({ name, dims }) => [
      name,
      { dims, bytes: { file, offset: 0, length: 4 * product(dims) } },
    ]),
  );
  return { part: 'network', layout: 'slim', variant, pixels: pixelsOf(network), origin: 'nowhere', tensors };
}

function product(dims: readonly number[]): number {
  return dims.reduce((all, size) => all * size, 1);
}

function shapesOf(values: readonly ValueInfo[]): readonly (readonly [string, readonly (number | null)[]])[] {
  return values.map(({ name = '', type }) => {
    const dims = type?.kind === 'tensor' ? (type.shape?.dims ?? []) : [];
    return [name, dims.map(({ size }) => (typeof size === 'number' ? size : null))];
  });
}

/** Of the first output, for two images. */
async function answers(path: string, { input }: Network): Promise<readonly (readonly number[])[]> {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  const pixels = Float32Array.from(
    { length: 2 * input.side ** 2 * 3 },
    (_, index) => (128 * Math.sin(index ** 1.7) + 100 * Math.sin(index / 900)) * input.scale,
  );
  const fed = new Tensor('float32', pixels, [2, input.side, input.side, 3]);
  const found = await session.run({ 'InputImage:0': fed });
  await session.release();
  const [output] = session.outputNames;
  const { data } = found[output as string] as Tensor;
  const values = [...(data as Float32Array)];
  return [values.slice(0, values.length / 2), values.slice(values.length / 2)];
}
