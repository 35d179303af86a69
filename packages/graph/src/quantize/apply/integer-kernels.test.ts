import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { loadElements } from '../../onnx/load-elements.ts';
import { floatTensor } from '../../onnx/make-tensor.ts';
import type { OnnxModel } from '../../onnx/model.ts';
import { readModel } from '../../onnx/read-model.ts';
import { writeModel } from '../../onnx/write-model.ts';
import { calibrationModel } from '../calibrate/calibration-model.ts';
import { minMaxCalibrator } from '../calibrate/min-max.ts';
import { compareValues, decibels } from '../compare/tensor-error.ts';
import { type PlanOptions, planQuantization } from '../plan/plan.ts';
import { pattern, smallModel, wave } from '../small-model.test.helper.ts';
import { applyPlan } from './apply-plan.ts';

/** All layers have more than 33; the last sums are small beside what they are the sums of. */
const LEAST_DECIBELS = 18;

const DIMS = [2, 3, 8, 8];
const X = Float32Array.from(wave(384, 5));

/** A residual block, squeezing and exciting, pools, two branches, a bias of its own: what image networks are made of. */
const network = (): OnnxModel =>
  smallModel({
    nodes: [
      'Conv/pads=1,1,1,1 x k1 b1 > c1',
      'Clip c1 low high > r1',
      'Conv/pads=1,1,1,1 r1 k2 > c2',
      'Add r1 c2 > sum',
      'Relu sum > block',
      'GlobalAveragePool block > squeezed',
      'Conv squeezed k3 > c3',
      'Sigmoid c3 > excited',
      'Mul block excited > weighted',
      'MaxPool/kernel_shape=2,2/strides=2,2 weighted > pooled',
      'AveragePool/kernel_shape=2,2/strides=2,2 weighted > averaged',
      'Concat/axis=1 pooled averaged > joined',
      'Flatten joined > flat',
      'MatMul flat w > product',
      'Add product b > y',
    ],
    inputs: { x: DIMS },
    outputs: ['y'],
    constants: [
      pattern('k1', [4, 3, 3, 3]),
      pattern('b1', [4]),
      pattern('k2', [4, 4, 3, 3], 2),
      pattern('k3', [4, 4, 1, 1], 3),
      pattern('w', [128, 5], 4),
      pattern('b', [5], 6),
      floatTensor('low', [], [0]),
      floatTensor('high', [], [6]),
    ],
  });

test('the operators of image networks run in integers', async (t) => {
  const { operators, noise } = await quantized(t, {});
  assert.deepEqual(operators, [
    'QuantizeLinear',
    'QLinearConv',
    'QLinearConv',
    'QLinearAdd',
    'QLinearGlobalAveragePool',
    'QLinearConv',
    'QLinearSigmoid',
    'QLinearMul',
    'QLinearAveragePool',
    'MaxPool',
    'QLinearConcat',
    'Flatten',
    'QGemm',
  ]);
  assert.ok(noise > LEAST_DECIBELS, `${noise} dB`);
});

const EXCLUDED = [['c1'], ['c2'], ['c3'], ['sum'], ['c1', 'c2', 'c3'], ['joined', 'product']];

for (const nodes of EXCLUDED) {
  test(`what is excluded runs in FP32: ${nodes.join(', ')}`, async (t) => {
    const { whole, operators, noise } = await quantized(t, { exclude: { nodes } });
    const convolutions = operators.filter((op) => op === 'Conv' || op === 'FusedConv').length;
    assert.equal(convolutions, nodes.filter((name) => name.startsWith('c')).length, operators.join(' '));
    assert.ok(noise > LEAST_DECIBELS, `${noise} dB`);
    for (const tensor of whole.graph.initializers) assert.ok(loadElements(tensor).length > 0);
  });
}

async function quantized(t: TestScope, options: PlanOptions) {
  const model = network();
  const { model: observed, inputs, outputs } = calibrationModel(model, options);
  const calibrator = minMaxCalibrator();
  const float = await run(t, observed);
  for (const name of inputs) calibrator.observe(name, X);
  for (const name of outputs) calibrator.observe(name, float.values.get(name) ?? new Float32Array());
  const whole = applyPlan(model, planQuantization(model, calibrator.ranges(), options));
  const { values, operators } = await run(t, whole);
  const [one, other] = [float, { values }].map((answer) => answer.values.get('y') ?? new Float32Array());
  assert.ok(one !== undefined && other !== undefined);
  return { whole, operators, noise: decibels(compareValues(one, other)) };
}

async function run(t: TestScope, model: OnnxModel) {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'model.onnx');
  await writeModel(model, path);
  const optimizedModelFilePath = join(folder, 'optimized.onnx');
  const session = await InferenceSession.create(path, {
    logSeverityLevel: 4,
    graphOptimizationLevel: 'extended',
    optimizedModelFilePath,
  });
  const answers = await session.run({ x: new Tensor('float32', X, DIMS) });
  await session.release();
  const values = new Map(
    Object.entries(answers).map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
  );
  return { values, operators: readModel(optimizedModelFilePath).graph.nodes.map(({ op = '' }) => op) };
}
