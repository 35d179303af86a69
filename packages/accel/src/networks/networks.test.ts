import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CATALOGUE, importWeights, type Network, openWeights, randomWeights } from '@slipway/graph/catalogue';
import { temporaryFolder } from '@slipway/testkit';
import { openPipeline } from '../pipeline/open-pipeline.ts';
import { TINY_ENTRY, TINY_SCORES } from '../pipeline/tiny-network.test.helper.ts';
import { AcceleratedNetwork, type NetworkOptions } from './accelerated-network.ts';
import { QuantizedResnet50, QuantizedSsdVgg, Resnet50, SsdVgg } from './classes.ts';
import { placeholder } from './placeholder.ts';
import { preprocessArray } from './preprocess-array.ts';
import { saveModel } from './save-model.ts';
import type { SymbolicTensor } from './symbolic-tensor.ts';

const SIDES = { outputHeight: 48, outputWidth: 48 };
const FEATURES = 'brainwave_target_node_1_Version_0.1:0';

/** Images, features and scores of a network, as the flow makes them. */
function flow(network: AcceleratedNetwork, prefix?: string) {
  const images = placeholder('string');
  const features = network.importGraph(preprocessArray(images, SIDES));
  return { images, features, scores: network.getDefaultClassifier(features, prefix) };
}

const tiny = (quantized: boolean, options?: NetworkOptions, base?: string) =>
  new AcceleratedNetwork(TINY_ENTRY, quantized, base, options);

test('a class tells what the original tells of its network', () => {
  const network = new QuantizedResnet50('~/somewhere', { isFrozen: true });
  assert.equal(network.version, '1.1.2');
  assert.equal(new Resnet50().modelVersion, '1.1.3');
  assert.equal(network.modelRef, 'resnet50');
  assert.equal(network.modelPath, join(homedir(), 'somewhere', 'models', 'resnet50', '1.1.2'));
  assert.deepEqual(network.inputTensorList, ['InputImage:0']);
  assert.deepEqual(network.outputTensorList, [FEATURES]);
  assert.deepEqual(network.getInputDims(), [null, 224, 224, 3]);
  assert.deepEqual(network.getOutputDims(0), [null, 1, 1, 2048]);
  assert.throws(() => network.getOutputDims(1), {
    code: 'invalid_argument',
    message: /resnet50 has 1, counted/,
  });
});

test('symbolic tensors have the names and shapes that the flow prints', () => {
  const network = new QuantizedResnet50();
  const images = placeholder('string');
  assert.deepEqual([images.name, images.shape], ['Placeholder:0', [null]]);
  const pixels = preprocessArray(images);
  assert.deepEqual(pixels.shape, [null, 224, 224, 3]);
  const features = network.importGraph(pixels);
  assert.deepEqual([features.name, features.shape], [FEATURES, [null, 1, 1, 2048]]);
  const names = ['classifier', 'classifier_1', 'other'].map(
    (scope) => `${scope}/resnet_v1_50/predictions/Softmax:0`,
  );
  const scores = [undefined, 'classifier', 'other'].map((prefix) =>
    network.getDefaultClassifier(features, prefix),
  );
  assert.deepEqual(
    scores.map(({ name }) => name),
    names,
  );
  assert.deepEqual(scores[0]?.shape, [null, 1000]);
  assert.equal(network.importGraph().name, FEATURES);
});

test('a detector gives its twelve outputs in order, and has no classifier', () => {
  const network = new SsdVgg();
  const images = placeholder();
  const pixels = preprocessArray(images, { outputHeight: 300, outputWidth: 300, preserveAspectRatio: false });
  const outputs = network.importGraph(pixels);
  assert.deepEqual(
    outputs.map(({ name, shape }) => [name, shape]),
    CATALOGUE.ssdvgg.outputs.map(({ tensor, dims }) => [tensor, dims]),
  );
  assert.throws(() => new QuantizedSsdVgg().getDefaultClassifier(outputs), {
    code: 'not_found',
    message: 'This model does not have classifier',
  });
});

test('preprocessing is what its arguments say', () => {
  const made = (options?: object) => {
    const { made: making } = preprocessArray(placeholder(), options);
    return making.by === 'preprocessing' ? making.preprocessing : assert.fail();
  };
  assert.deepEqual(made(), omitName(CATALOGUE.resnet50.preprocessing));
  assert.deepEqual(made({ scalingFactor: 0.017 }), omitName(CATALOGUE.densenet121.preprocessing));
  const ssd = { outputHeight: 300, outputWidth: 300, preserveAspectRatio: false };
  assert.deepEqual(made(ssd), omitName(CATALOGUE.ssdvgg.preprocessing));
  const wide = made({ outputHeight: 300, outputWidth: 100, order: 'BGR' });
  assert.deepEqual([wide.height, wide.width, wide.channelOrder], [256, 256, 'bgr']);
});

const omitName = ({ name: _, ...rest }: (typeof CATALOGUE)['resnet50']['preprocessing']) => rest;

const images = placeholder();
const WRONG: readonly [string, () => unknown, RegExp][] = [
  [
    'an order',
    () => preprocessArray(images, { order: 'GBR' as 'RGB' }),
    /can only construct in RGB or BGR order\./,
  ],
  ['a factor', () => preprocessArray(images, { scalingFactor: Number.NaN }), /^scalingFactor: it must be/],
  ['a side', () => preprocessArray(images, { outputHeight: 0 }), /^outputHeight: 0 is no number of pixels/],
  [
    'pixels as images',
    () => preprocessArray(preprocessArray(images)),
    /^images: encoded images are one string/,
  ],
  ['a datatype', () => placeholder('float' as 'string'), /^datatype: a placeholder is of strings/],
  [
    'small pixels',
    () => new Resnet50().importGraph(preprocessArray(images, SIDES)),
    /takes float32 \[\?, 224, 224, 3\]/,
  ],
  [
    'another network',
    () => new Resnet50().getDefaultClassifier(flow(tiny(false)).features),
    /of this network gave/,
  ],
];
for (const [what, call, message] of WRONG) {
  test(`${what} that cannot be is refused`, () => assert.throws(call, { code: 'invalid_argument', message }));
}

test('the flow ends with a model folder, of the float network and the quantized one', async (t) => {
  const parent = await temporaryFolder(t);
  for (const quantized of [false, true]) {
    const network = tiny(quantized, { randomWeights: 7, isFrozen: true });
    const { images: given, scores } = flow(network);
    const folder = join(parent, `quantized-${quantized}`);
    const tensors = { inputs: { images: given }, outputs: { output_alias: scores } };
    await assert.rejects(saveModel(folder, tensors), {
      code: 'conflict',
      message: /call restoreWeights\(\) first/,
    });
    await network.restoreWeights();
    await saveModel(folder, tensors);
    const { model, inputs, outputs } = await openPipeline(folder);
    assert.deepEqual(
      { inputs, outputs },
      { inputs: { images: 'Placeholder:0' }, outputs: { output_alias: TINY_SCORES } },
    );
    const said = Object.fromEntries(model.metadata.map(({ key, value }) => [key, value]));
    assert.equal(said['slipway.weights'], 'random, seed 7');
    const how = quantized ? 'int8, static, calibrated with 3 samples: noise, seed 7' : undefined;
    assert.equal(said['slipway.quantization'], how);
    assert.equal(
      model.graph.nodes.some(({ op }) => op === 'QuantizeLinear'),
      quantized,
    );
    assert.equal((await readdir(folder)).includes('quantization.json'), quantized);
  }
});

test('all outputs of a detector are saved, by keys that count them', async (t) => {
  const folder = join(await temporaryFolder(t), 'ssd');
  const entry = { ...CATALOGUE.ssdvgg, network: { ...CATALOGUE.ssdvgg.network, width: 2 } as Network };
  const network = new AcceleratedNetwork<readonly SymbolicTensor[]>(entry, false, undefined, {
    randomWeights: 1,
  });
  const encoded = placeholder();
  const sides = { outputHeight: 300, outputWidth: 300, preserveAspectRatio: false };
  const outputs = network.importGraph(preprocessArray(encoded, sides));
  await network.restoreWeights();
  const keyed = (tensors: readonly SymbolicTensor[]) =>
    Object.fromEntries(tensors.map((tensor, index) => [`out_${index}`, tensor]));
  const some = { inputs: { images: encoded }, outputs: keyed(outputs.slice(0, 3)) };
  await assert.rejects(saveModel(folder, some), {
    code: 'invalid_argument',
    message: /all 12 that importGraph\(\) gave/,
  });
  const detections = { layout: 'ssd-vgg-300' } as const;
  await saveModel(folder, { inputs: { images: encoded }, outputs: keyed(outputs), detections });
  const pipeline = await openPipeline(folder);
  assert.equal(pipeline.outputs['out_11'], 'ssd_300_vgg/block11_box/Reshape:0');
  assert.equal(pipeline.preprocessing.fit, 'stretch');
  assert.equal(pipeline.detections?.layout, 'ssd-vgg-300');
});

test('weights that are saved are restored from their file, and a quantized network wants photos for them', async (t) => {
  const folder = await temporaryFolder(t);
  const network = tiny(false, { randomWeights: 5 });
  await network.restoreWeights();
  await assert.rejects(network.saveWeights(join(folder, 'weights.h5')), { message: /must end in \.onnx/ });
  const path = join(folder, 'weights.onnx');
  await network.saveWeights(path);
  await using stored = await openWeights(path);
  const { tensors } = await importWeights(TINY_ENTRY.network, stored);
  const drawn = randomWeights(TINY_ENTRY.network, 5).tensors;
  assert.deepEqual([...tensors.keys()].toSorted(), [...drawn.keys()].toSorted());
  const again = tiny(false, { customWeightsDirectory: folder });
  await again.restoreWeights();
  assert.equal(again.restored.weights.origin, 'random, seed 5');
  await assert.rejects(tiny(true, { customWeightsDirectory: path }).restoreWeights(), {
    code: 'invalid_argument',
    message: /^calibration: QuantizedResnet50 needs photos/,
  });
});

test('a quantized network is calibrated with the photos of a folder', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'photos'));
  const empty = tiny(true, { randomWeights: 7, calibration: join(folder, 'photos') });
  await assert.rejects(empty.restoreWeights(), {
    code: 'invalid_argument',
    message: /^calibration: .* holds no images/,
  });
});

test('weights that nobody pulled are not found, and the error says how to get them', async (t) => {
  const home = await temporaryFolder(t);
  await assert.rejects(tiny(false, {}, home).restoreWeights(), {
    code: 'not_found',
    message: /"slipway accel pull resnet50 --home \S+" brings them/,
  });
  const both = tiny(false, { randomWeights: 1, customWeightsDirectory: home });
  await assert.rejects(both.restoreWeights(), { code: 'invalid_argument', message: /leave out one of both/ });
  await assert.rejects(tiny(false, { randomWeights: 0.5 }).restoreWeights(), { message: /no whole number/ });
});

test('tensors that do not belong together are no model', async (t) => {
  const folder = join(await temporaryFolder(t), 'model');
  const network = tiny(false, { randomWeights: 7 });
  await network.restoreWeights();
  const { images: given, features, scores } = flow(network);
  const wrong: readonly [object, object, RegExp][] = [
    [{ a: given, b: given }, { y: scores }, /^inputs: give the one placeholder/],
    [
      { images: placeholder() },
      { y: scores },
      /^inputs: images is Placeholder:0, string \[\?\], which the outputs/,
    ],
    [{ images: given }, {}, /^outputs: give at least one/],
    [{ images: given }, { y: scores, z: network.getDefaultClassifier(features) }, /ends with one classifier/],
    [{ images: given }, { y: given }, /^outputs: give what a classifier gave/],
    [{ images: given }, { y: scores, z: features }, /^outputs: give what a classifier gave/],
  ];
  for (const [inputs, outputs, message] of wrong) {
    const options = { inputs, outputs } as Parameters<typeof saveModel>[1];
    await assert.rejects(saveModel(folder, options), { code: 'invalid_argument', message });
  }
  await saveModel(folder, { inputs: { images: given }, outputs: { features } });
  const signature = JSON.parse(await readFile(join(folder, 'signature.json'), 'utf8'));
  assert.deepEqual(Object.keys(signature), ['kind', 'inputs']);
});
