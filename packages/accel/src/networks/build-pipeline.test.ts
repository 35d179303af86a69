import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildNetwork, randomWeights } from '@slipway/graph/catalogue';
import { writeModel } from '@slipway/graph/onnx';
import { temporaryFolder } from '@slipway/testkit';
import { splitPipeline } from '../pipeline/split-pipeline.ts';
import { TINY_ENTRY, TINY_SCORES } from '../pipeline/tiny-network.test.helper.ts';
import { type BuildPipelineOptions, buildPipeline } from './build-pipeline.ts';

const FEATURES = 'brainwave_target_node_1_Version_0.1:0';

test('a pipeline of a network has its own classifier, another head, or none', async (t) => {
  const path = join(await temporaryFolder(t), 'head.onnx');
  const { pipeline: own, weights, version } = await buildPipeline(TINY_ENTRY, { randomWeights: 7 });
  assert.deepEqual(
    [own.outputs, weights, version],
    [{ output_alias: TINY_SCORES }, 'random, seed 7', '1.1.3'],
  );
  await writeModel(splitPipeline(own).head, path);
  const { pipeline: given } = await buildPipeline(TINY_ENTRY, { randomWeights: 7, head: path });
  assert.deepEqual([given.outputs, given.features], [own.outputs, own.features]);
  const { pipeline: none } = await buildPipeline(TINY_ENTRY, { randomWeights: 7, head: false });
  assert.deepEqual([none.outputs, none.features], [{ output_alias: FEATURES }, []]);
});

test('a quantized pipeline is calibrated with photos, and says with what', async () => {
  const photos = join(import.meta.dirname, '../../../graph/fixtures/tensorflow-flow/images');
  const options = { randomWeights: 7, quantized: true, calibration: photos };
  const { pipeline, quantization, files } = await buildPipeline(TINY_ENTRY, options);
  assert.ok(pipeline.model.graph.nodes.some(({ op }) => op === 'QuantizeLinear'));
  assert.match(quantization?.samples.calibration?.description ?? '', /images/);
  assert.deepEqual(Object.keys(files), ['quantization.json']);
});

test('weights of a featurizer alone build one, and say what a classifier needs', async (t) => {
  const path = join(await temporaryFolder(t), 'featurizer.onnx');
  const { featurizer } = buildNetwork(TINY_ENTRY.network, randomWeights(TINY_ENTRY.network, 3));
  await writeModel(featurizer, path);
  await assert.rejects(buildPipeline(TINY_ENTRY, { weights: path }), {
    code: 'not_found',
    message: /of resnet50 are of the featurizer alone: give weights with a classifier, or a head of your own/,
  });
  const { pipeline, weights } = await buildPipeline(TINY_ENTRY, { weights: path, head: false });
  assert.deepEqual([pipeline.outputs, weights], [{ output_alias: FEATURES }, 'random, seed 3']);
});

const NO_PIPELINE: readonly [string, BuildPipelineOptions, string, RegExp][] = [
  [
    'photos for a float network',
    { calibration: 'photos' },
    'invalid_argument',
    /^calibration: Resnet50 computes in FP32/,
  ],
  [
    'detections of a classifier',
    { detections: { layout: 'ssd-vgg-300' } },
    'invalid_argument',
    /resnet50 is no detector/,
  ],
  ['a head that is not there', { head: '/no/head.onnx' }, 'not_found', /^head: there is no file/],
];
for (const [what, options, code, message] of NO_PIPELINE) {
  test(`no pipeline is made: ${what}`, async () => {
    await assert.rejects(buildPipeline(TINY_ENTRY, { randomWeights: 7, ...options }), { code, message });
  });
}
