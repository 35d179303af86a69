import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type OnnxModel, readModel } from '@slipway/graph/onnx';
import {
  applyPlan,
  compareValues,
  decibels,
  type PlanOptions,
  type QuantizationPlan,
  tensorsToCompare,
  withOutputs,
  worstLayers,
} from '@slipway/graph/quantize';
import { CONV_NET_IMAGE, convNet, seededRandom, type TestScope, temporaryFolder } from '@slipway/testkit';
import { calibrated } from './calibrate.ts';
import { loadModel } from './run-model.ts';

const DIMS = [4, ...CONV_NET_IMAGE];

/** Least decibels of the last layer with each option: one bit less is six fewer. */
const WAYS: readonly (readonly [PlanOptions, number])[] = [
  [{}, 35],
  [{ activations: 'int8' }, 35],
  [{ perChannel: false }, 33],
  [{ reduceRange: true }, 32],
];

for (const [options, least] of WAYS) {
  test(`a convolutional network runs in integers from end to end: ${JSON.stringify(options)}`, async (t) => {
    const model = await network(t);
    const plan = await calibrated(t, model, { values: pictures(2), dims: DIMS }, options);
    const { operators } = await loadModel(t, applyPlan(model, plan));
    const block = ['QLinearConv', 'MaxPool'];
    const blocks = ['QLinearConv', ...block, ...block, ...block];
    assert.deepEqual(operators, [
      'QuantizeLinear',
      ...blocks,
      'QLinearGlobalAveragePool',
      'Flatten',
      'QGemm',
      'Softmax',
    ]);
    const errors = await layerErrors(t, model, plan);
    const noise = [...errors].map(([tensor, error]) => `${tensor} ${decibels(error).toFixed(1)} dB`);
    t.diagnostic(noise.join(', '));
    const logits = errors.get('logits');
    assert.ok(logits !== undefined && decibels(logits) >= least);
  });
}

test('the layer that is ruined is found, and exact again in FP32', async (t) => {
  const model = await network(t);
  const samples = { values: pictures(2), dims: DIMS };
  const good = await calibrated(t, model, samples);
  const ruined = {
    ...good,
    weights: good.weights.map((each) =>
      each.tensor === 'kernel2' ? { ...each, scales: each.scales.map((scale) => scale * 16) } : each,
    ),
    biases: good.biases.filter(({ tensor }) => tensor !== 'bias2'),
  };
  const [worst] = worstLayers(ruined, await layerErrors(t, model, ruined));
  assert.equal(worst?.tensor, 'relu2');
  const nodes = [worst?.node ?? ''];
  const without = await calibrated(t, model, samples, { exclude: { nodes } });
  const { operators } = await loadModel(t, applyPlan(model, without));
  assert.equal(operators.filter((op) => op === 'QLinearConv').length, 3);
  // ONNX Runtime would quantize it all the same, with one scale for all channels.
  assert.equal(operators.filter((op) => op === 'Conv' || op === 'FusedConv').length, 1);
});

async function network(t: TestScope): Promise<OnnxModel> {
  const path = join(await temporaryFolder(t), 'model.onnx');
  await writeFile(path, convNet(7));
  return readModel(path);
}

/** How far the tensors between layers are from those of the float model, on pictures that it was not calibrated with. */
async function layerErrors(t: TestScope, model: OnnxModel, plan: QuantizationPlan) {
  const tensors = tensorsToCompare(model, plan);
  const runs = [model, applyPlan(model, plan)].map(async (each) => {
    const { run } = await loadModel(t, withOutputs(each, tensors));
    return run(pictures(1), DIMS);
  });
  const [float = {}, whole = {}] = await Promise.all(runs);
  const values = new Float32Array();
  return new Map(
    tensors.map((tensor) => [tensor, compareValues(float[tensor] ?? values, whole[tensor] ?? values)]),
  );
}

function pictures(seed: number): Float32Array {
  const random = seededRandom(seed);
  const count = DIMS.reduce((product, dim) => product * dim);
  return Float32Array.from({ length: count }, () => random() * 2 - 1);
}
