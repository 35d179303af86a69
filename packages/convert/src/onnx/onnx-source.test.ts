import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ConvertJobRequest } from '@slipway/contract';
import { type OnnxModel, readModel, setMetadata, writeModel } from '@slipway/graph/onnx';
import { convNet, type TestScope, temporaryFolder } from '@slipway/testkit';
import { convert } from '../convert.ts';

const IMAGE = {
  width: 64,
  height: 64,
  resize: 'bilinear',
  fit: 'pad',
  padLevels: [9, 9, 9],
  layout: 'NCHW',
} as const;
const SIGNATURE = {
  kind: 'ModelSignature',
  inputs: { image: { image: { ...IMAGE, name: 'Placeholder:0' } } },
  outputs: { probabilities: { labelsFile: 'classes.txt' } },
};
const METADATA = {
  'tensorflow.inputs': '{"images":"Placeholder:0"}',
  'tensorflow.outputs': '{"output_alias":"probabilities"}',
  'slipway.weights': 'random, seed 7',
  'slipway.features': '["block2"]',
};

/** `image` → … → `block2` → … → `probabilities`. */
async function convolutional(scope: TestScope): Promise<OnnxModel> {
  const path = join(await temporaryFolder(scope), 'model.onnx');
  await writeFile(path, convNet(1));
  return readModel(path);
}

/** Converts the model, with declarations beside it; what was made, and what was told. */
async function convertOnnx(scope: TestScope, request: ConvertJobRequest, job: object = {}) {
  const [source, work] = [await temporaryFolder(scope), await temporaryFolder(scope)];
  await mkdir(join(source, 'net'));
  await writeModel(setMetadata(await convolutional(scope), METADATA), join(source, 'net', 'model.onnx'));
  await writeFile(join(source, 'net', 'signature.json'), JSON.stringify(SIGNATURE));
  await writeFile(join(source, 'net', 'classes.txt'), 'a\nb\n');
  const told: string[] = [];
  const { report } = await convert(
    {
      ...{ task: 'convert', source, work, request, sourceDigest: 'sha256:0', engine: 'native' },
      ...{ python: null, memoryBytes: 1e9, ...job },
    },
    ({ message }) => told.push(message),
  );
  const folder = join(work, 'model');
  const model = readModel(join(folder, 'model.onnx'));
  const said = Object.fromEntries(model.metadata.map(({ key, value }) => [key, value]));
  return { folder, report, model, said, told, files: (await readdir(folder)).toSorted() };
}

test('a model of ONNX goes through the gate, and keeps its images, labels and metadata', async (t) => {
  const { folder, report, said, told, files } = await convertOnnx(t, {
    inputs: ['Placeholder:0'],
    outputs: ['output_alias'],
  });
  assert.deepEqual(files, ['classes.txt', 'conversion.json', 'model.onnx', 'signature.json']);
  assert.deepEqual(JSON.parse(await readFile(join(folder, 'signature.json'), 'utf8')), SIGNATURE);
  assert.deepEqual(said, METADATA);
  assert.deepEqual(
    [report.source.format, report.images, report.trials.length],
    ['onnx', ['Placeholder:0'], 2],
  );
  for (const { error } of report.trials) assert.ok(error !== null && error < 1e-5, `${error}`);
  assert.deepEqual(report.inputs, [
    { name: 'Placeholder:0', alias: 'images', dtype: 'string', shape: [null] },
  ]);
  assert.equal(report.outputs[0]?.alias, 'output_alias');
  assert.match(told.at(-1) ?? '', /^\d+ nodes became \d+ of ONNX.*as before\.$/);
});

test('tensors inside are ends as well, and what no longer holds is left out', async (t) => {
  const features = await convertOnnx(t, { outputs: ['block2:0'] });
  assert.deepEqual(
    features.model.graph.outputs.map(({ name }) => name),
    ['block2'],
  );
  assert.deepEqual(features.files, ['conversion.json', 'model.onnx', 'signature.json']);
  assert.equal(features.said['tensorflow.outputs'], undefined);
  const head = await convertOnnx(t, { inputs: ['block2'] });
  assert.deepEqual(head.report.images, []);
  assert.equal(head.said['slipway.features'], undefined);
  assert.deepEqual(head.files, ['classes.txt', 'conversion.json', 'model.onnx', 'signature.json']);
});

test('of a model of images, the tensor of their pixels may be an input as well', async (t) => {
  const { report, files, said } = await convertOnnx(t, { inputs: ['image'] });
  assert.deepEqual(report.inputs, [
    { name: 'image', alias: 'image', dtype: 'float32', shape: [null, 3, 64, 64] },
  ]);
  assert.deepEqual([report.images, said['tensorflow.inputs']], [[], undefined]);
  assert.ok(files.includes('signature.json'), 'labels stay');
});

const WRONG: readonly [string, ConvertJobRequest, RegExp, object?][] = [
  [
    'an input that is not there',
    { inputs: ['nowhere:0'] },
    /^The graph has no tensor "nowhere:0"\. Its inputs are "Placeholder:0" \(images\); tensors that its nodes/,
  ],
  ['an output that is not there', { outputs: ['y'] }, /Its outputs are "probabilities" \(output_alias\);/],
  ['a tensor twice', { outputs: ['probabilities', 'output_alias'] }, /"probabilities" is named twice/],
  ['a part of nothing', { inputs: ['block2'], outputs: ['block2'] }, /cannot be an input and an output/],
  ['a signature', { signature: 'serving_default' }, /has no signatures and no tags/],
  ['a Python', {}, /no TensorFlow answers beside/, { python: '/usr/bin/python3' }],
];
for (const [what, request, message, job] of WRONG) {
  test(`${what} is refused of a model of ONNX`, async (t) => {
    await assert.rejects(convertOnnx(t, request, job), { code: 'invalid_argument', message });
  });
}

test('a model of ONNX that breaks a rule is refused with the rule', async (t) => {
  const [source, work] = [await temporaryFolder(t), await temporaryFolder(t)];
  const model = await convolutional(t);
  const nodes = model.graph.nodes.map((node) => ({ ...node, op: node.op === 'Relu' ? 'Rely' : node.op }));
  await writeModel({ ...model, graph: { ...model.graph, nodes } }, join(source, 'model.onnx'));
  const job = { task: 'convert', source, work, request: {}, sourceDigest: '', engine: 'native' } as const;
  await assert.rejects(
    convert({ ...job, python: null, memoryBytes: 1e9 }, () => {}),
    {
      code: 'invalid_graph',
      message: /Rely/,
    },
  );
});
