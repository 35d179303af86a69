import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildNetwork, CATALOGUE, type Network, randomWeights } from '@slipway/graph/catalogue';
import { floatTensor, makeNode, type OnnxModel, readModel, setMetadata } from '@slipway/graph/onnx';
import { CONV_NET_IMAGE, convNet, temporaryFolder } from '@slipway/testkit';
import { openModel } from '../session/open-model.ts';
import { composePipeline } from './compose-pipeline.ts';
import { openPipeline } from './open-pipeline.ts';
import { savePipeline } from './save-pipeline.ts';
import { splitPipeline } from './split-pipeline.ts';
import { TINY_PREPROCESSING, TINY_SCORES, tinyResnet } from './tiny-network.test.helper.ts';

/** Features of the tiny network. */
const WIDTH = 128;
const LABELS = Array.from({ length: 10 }, (_, index) => `class\n"${index}"`);
const { featurizer, classifier } = tinyResnet();
const parts = { preprocessing: TINY_PREPROCESSING, featurizer, head: classifier, labels: LABELS };

test('a saved pipeline is a model folder, and is read again as it was', async (t) => {
  const folder = join(await temporaryFolder(t), 'new', 'resnet');
  const pipeline = composePipeline(parts);
  await savePipeline(pipeline, folder, { files: { 'training.json': '{}' } });
  assert.deepEqual((await readdir(folder)).toSorted(), ['model.onnx', 'signature.json', 'training.json']);
  const again = await openPipeline(folder);
  assert.deepEqual({ ...again, model: undefined }, { ...pipeline, model: undefined });
  const said = Object.fromEntries(again.model.metadata.map(({ key, value }) => [key, value]));
  assert.deepEqual(said, {
    'slipway.weights': 'random, seed 7',
    'slipway.variant': 'slim',
    'slipway.features': '["brainwave_target_node_1_Version_0.1:0"]',
    'tensorflow.inputs': '{"images":"Placeholder:0"}',
    'tensorflow.outputs': `{"output_alias":"${TINY_SCORES}"}`,
  });
  await savePipeline(again, `${folder}2`, { files: { 'training.json': '{}' } });
  assert.deepEqual(
    await readFile(join(folder, 'model.onnx')),
    await readFile(join(`${folder}2`, 'model.onnx')),
  );
});

test('a folder that is there stays as it is, and what is given up leaves nothing', async (t) => {
  const parent = await temporaryFolder(t);
  await mkdir(join(parent, 'there'));
  const pipeline = composePipeline(parts);
  await assert.rejects(savePipeline(pipeline, join(parent, 'there')), { code: 'already_exists' });
  const given = savePipeline(pipeline, join(parent, 'given-up'), { signal: AbortSignal.abort() });
  await assert.rejects(given, { code: 'cancelled' });
  assert.deepEqual(await readdir(parent), ['there']);
});

test('a head that was made elsewhere says nothing away of random weights, and its inner names give way', () => {
  const head = setMetadata(denseHead('resnet_v1_50/conv1/weights', WIDTH, 10), {
    'slipway.weights': 'trained',
  });
  const pipeline = composePipeline({ ...parts, head });
  const weights = pipeline.model.metadata.find(({ key }) => key === 'slipway.weights')?.value;
  assert.equal(weights, 'random, seed 7');
  assert.deepEqual(pipeline.outputs, { output_alias: 'scores' });
});

test('a model of anybody is cut in two, and answers as before behind its own preprocessing', async (t) => {
  const path = join(await temporaryFolder(t), 'model.onnx');
  await writeFile(path, convNet(1));
  const [channels, height, width] = CONV_NET_IMAGE;
  const preprocessing = {
    input: 'image',
    height,
    width,
    resize: 'bilinear',
    fit: 'pad',
    layout: 'NCHW',
  } as const;
  const whole = composePipeline({ preprocessing, featurizer: readModel(path) });
  assert.throws(() => splitPipeline(whole), {
    code: 'invalid_argument',
    message: /name the tensors to cut it at/,
  });
  const { featurizer: first, head } = splitPipeline(whole, ['pooled']);
  const again = composePipeline({ preprocessing, featurizer: first, head });
  assert.deepEqual(again.features, ['pooled']);
  assert.deepEqual(splitPipeline(again).head.graph.inputs[0]?.name, 'pooled');
  const data = Float32Array.from({ length: channels * height * width }, (_, index) => Math.sin(index));
  const feeds = { image: { datatype: 'FP32', shape: [1, channels, height, width], data } } as const;
  const answers = [];
  for (const { model } of [whole, again]) {
    await using open = await openModel(model, { threads: 1 });
    const { probabilities } = await open.run(feeds);
    answers.push([...((probabilities?.data ?? []) as Float32Array)]);
  }
  assert.deepEqual(answers[0], answers[1]);
  assert.equal(answers[0]?.length, 10);
  assert.throws(
    () => composePipeline({ preprocessing, featurizer: first, head: denseHead('w', 128, 3) }),
    /output "pooled" is float \[batch, 128, 1, 1\], and the head's input "features" takes float \[\?, 1, 1, 128\]/,
  );
});

test('a detector keeps what a service is to make of its outputs, with labels', async (t) => {
  const folder = join(await temporaryFolder(t), 'ssd');
  const network = { ...CATALOGUE.ssdvgg.network, width: 2 } as Network;
  const { featurizer: detector } = buildNetwork(network, randomWeights(network, 1));
  const labels = Array.from({ length: 21 }, (_, index) => `thing ${index}`);
  const detections = { layout: 'ssd-vgg-300', selectThreshold: 0.4, labels } as const;
  const { preprocessing } = CATALOGUE.ssdvgg;
  const pipeline = composePipeline({
    ...{ preprocessing, featurizer: detector },
    detections: { ...detections, labels: [...labels] },
  });
  assert.deepEqual(Object.keys(pipeline.outputs).slice(0, 2), ['out_0', 'out_1']);
  await savePipeline(pipeline, folder);
  const { detections: again } = await openPipeline(folder);
  assert.deepEqual(again, { ...detections, nmsThreshold: 0.45, top: 400 });
  assert.throws(() => composePipeline({ preprocessing, featurizer: detector, labels }), {
    code: 'invalid_argument',
    message: /classes are of one output, and the model has 12/,
  });
});

test('a head of an older operator set fits, if its operators are the same in the newer one', () => {
  const older = (version: number) => ({ ...denseHead('w', WIDTH, 10), opsets: [{ version }] });
  const { model } = composePipeline({ ...parts, head: older(17) });
  assert.deepEqual(model.opsets, [{ version: 18 }]);
  assert.throws(() => composePipeline({ ...parts, head: older(11) }), {
    code: 'unsupported',
    message: /of ONNX 11 that are others in 18: Flatten, MatMul\. Export it with operator set 18/,
  });
});

const WRONG: readonly [string, object, RegExp][] = [
  [
    'another size',
    { preprocessing: { ...TINY_PREPROCESSING, width: 32 } },
    /input "InputImage:0" is float \[batch, 48, 48, 3\], and preprocessing makes float \[batch, 48, 32, 3\]/,
  ],
  ['another layout', { preprocessing: { ...TINY_PREPROCESSING, layout: 'NCHW' } }, /\[batch, 3, 48, 48\]/],
  [
    'another type',
    {
      preprocessing: {
        ...TINY_PREPROCESSING,
        datatype: 'UINT8',
        mean: undefined,
        std: undefined,
        scale: undefined,
      },
    },
    /makes uint8/,
  ],
  [
    'another input',
    { preprocessing: { ...TINY_PREPROCESSING, input: 'x' } },
    /no input "x" for the pixels; it has InputImage:0/,
  ],
  ['features of another size', { head: denseHead('w', 9, 3) }, /takes float \[\?, 1, 1, 9\]/],
  ['an unknown join', { joins: { x: 'y' } }, /the head has no input "x"; it has brainwave/],
  ['too few labels', { labels: ['one'] }, /there are 1 names for the 10 classes/],
  ['a key of no output', { outputs: { scores: 'x' } }, /outputs are classifier\/resnet_v1_50/],
  ['two inputs', { inputs: { a: 'a:0', b: 'b:0' } }, /takes one tensor of images/],
];
for (const [what, wrong, message] of WRONG) {
  test(`${what} is refused when it is composed`, () => {
    assert.throws(() => composePipeline({ ...parts, ...wrong }), { code: 'invalid_argument', message });
  });
}

test('a declaration that contradicts itself is refused as a replica would', () => {
  const preprocessing = { ...TINY_PREPROCESSING, shorterSide: 8 };
  assert.throws(() => composePipeline({ ...parts, preprocessing }), {
    code: 'invalid_model',
    message: /shorterSide/,
  });
});

test('a folder that is no pipeline says what is missing', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(openPipeline(folder), { code: 'not_found', message: /has no model.onnx/ });
  await writeFile(join(folder, 'model.onnx'), 'x');
  await assert.rejects(openPipeline(folder), { code: 'invalid_model', message: /has no signature.json/ });
  await writeFile(
    join(folder, 'signature.json'),
    '{"kind":"ModelSignature","outputs":{"y":{"labels":["a"]}}}',
  );
  await assert.rejects(openPipeline(folder), { code: 'unsupported', message: /declares 0 inputs of images/ });
});

/** So many features through a matrix with that name. */
function denseHead(name: string, width: number, classes: number): OnnxModel {
  const tensor = (dims: readonly (number | undefined)[]) => ({
    kind: 'tensor' as const,
    elementType: 'float' as const,
    shape: { dims: dims.map((size) => ({ size })) },
  });
  return {
    irVersion: 8,
    opsets: [{ version: 18 }],
    metadata: [],
    functions: [],
    graph: {
      name: 'head',
      nodes: [
        makeNode({ op: 'Flatten', inputs: ['features'], outputs: ['flat'] }),
        makeNode({ op: 'MatMul', inputs: ['flat', name], outputs: ['scores'] }),
      ],
      initializers: [floatTensor(name, [width, classes], Array(width * classes).fill(0.5))],
      sparseInitializers: [],
      inputs: [{ name: 'features', type: tensor([undefined, 1, 1, width]), metadata: [] }],
      outputs: [{ name: 'scores', type: tensor([undefined, classes]), metadata: [] }],
      valueInfo: [],
      annotations: [],
      metadata: [],
    },
  };
}
