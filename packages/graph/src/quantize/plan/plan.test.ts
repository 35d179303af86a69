import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkModel } from '../../onnx/check/check-model.ts';
import { initializersToConstants } from '../../onnx/edit/constants.ts';
import { floatTensor } from '../../onnx/make-tensor.ts';
import type { OnnxModel } from '../../onnx/model.ts';
import { applyPlan } from '../apply/apply-plan.ts';
import { calibrationModel } from '../calibrate/calibration-model.ts';
import { pattern, smallModel } from '../small-model.test.helper.ts';
import { type PlanOptions, planQuantization, tensorsToObserve } from './plan.ts';

const KERNELS = [
  pattern('k1', [4, 3, 3, 3]),
  pattern('b1', [4]),
  pattern('k2', [4, 3, 3, 3], 2),
  pattern('w', [8, 5]),
];

/** Two branches of convolutions, joined, pooled, classified. */
const branches = (): OnnxModel =>
  smallModel({
    nodes: [
      'Conv x k1 b1 > c1',
      'Relu c1 > r1',
      'Conv x k2 > c2',
      'Concat/axis=1 r1 c2 > joined',
      'GlobalAveragePool joined > pooled',
      'Flatten pooled > flat',
      'MatMul flat w > logits',
      'Softmax/axis=1 logits > y',
    ],
    inputs: { x: ['n', 3, 8, 8] },
    outputs: ['y'],
    constants: KERNELS,
  });

const anyRange = (model: OnnxModel, options: PlanOptions = {}) =>
  new Map(
    tensorsToObserve(model, options).map((tensor, index) => [tensor, { min: -1 - index, max: 1 + index }]),
  );

const planned = (model: OnnxModel, options: PlanOptions = {}) =>
  planQuantization(model, anyRange(model, options), options);

const scaleOf = (model: OnnxModel, tensor: string): number | undefined =>
  planned(model).tensors.find((each) => each.tensor === tensor)?.scale;

test('the plan says which tensors and weights get scales', () => {
  const plan = planned(branches());
  assert.deepEqual(
    plan.tensors.map(({ tensor, place }) => [tensor, place]),
    [
      ['x', 'takers'],
      ['r1', 'maker'],
      ['c2', 'maker'],
      ['joined', 'maker'],
      ['pooled', 'maker'],
      ['flat', 'maker'],
    ],
  );
  assert.deepEqual(
    plan.weights.map(({ tensor, axis, scales }) => [tensor, axis, scales.length]),
    [
      ['k1', 0, 4],
      ['k2', 0, 4],
      ['w', 1, 5],
    ],
  );
  assert.deepEqual(
    plan.biases.map(({ tensor, node }) => [tensor, node]),
    [['b1', 'c1']],
  );
  assert.deepEqual(plan.float, []);
  assert.equal(plan.tensors[1]?.why, 'joined (Concat) takes it.');
  assert.deepEqual(JSON.parse(JSON.stringify(plan)).tensors, plan.tensors);
});

test('what is only moved keeps its scale', () => {
  for (const group of [
    ['r1', 'c2', 'joined'],
    ['pooled', 'flat'],
  ]) {
    assert.equal(new Set(group.map((tensor) => scaleOf(branches(), tensor))).size, 1, group.join());
  }
  assert.notEqual(scaleOf(branches(), 'x'), scaleOf(branches(), 'joined'));
});

test('what is excluded stays in FP32, and what is behind it still runs in integers', () => {
  const plan = planned(branches(), { exclude: { nodes: ['c1'] } });
  assert.deepEqual(plan.float, [
    { node: 'c1', op: 'Conv', why: 'it is excluded by name' },
    { node: 'r1', op: 'Relu', why: 'nothing before it runs in integers' },
  ]);
  assert.equal(plan.tensors.find(({ tensor }) => tensor === 'r1')?.place, 'takers');
  const without = planned(branches(), { exclude: { ops: ['Conv'] } });
  assert.deepEqual(
    without.integer.map(({ op }) => op),
    ['MatMul'],
  );
  assert.throws(() => planned(branches(), { exclude: { nodes: ['none'], ops: ['Conv', 'Gru'] } }), {
    code: 'invalid_argument',
    message: /no node or operator none, Gru to leave/,
  });
});

test('nodes that no kernel in integers has stay in FP32, with the reason', () => {
  const odd = smallModel({
    nodes: [
      'Gemm/alpha=0.5 x w > g1',
      'Gemm/transA=1 x w > g2',
      'Gemm x w rows > g3',
      'Conv z k kernelBias > c1',
      'Gemm x w > g4',
      'Concat/axis=1 g4 w > joined',
      'Cast/to=11 x > doubled',
      'MatMul doubled x > m',
    ],
    inputs: { x: [8, 8], z: [1, 3, 8, 8], kernelBias: [4] },
    outputs: ['g1', 'g2', 'g3', 'c1', 'joined', 'm'],
    constants: [pattern('w', [8, 5]), pattern('rows', [8, 5]), pattern('k', [4, 3, 3, 3])],
  });
  assert.deepEqual(
    planned(odd).float.map(({ node, why }) => [node, why]),
    [
      ['g1', 'its alpha is not 1'],
      ['g2', 'it transposes its first input'],
      ['g3', 'its bias rows is float [8, 5], not float [5]'],
      ['c1', 'its bias kernelBias is no constant'],
      ['joined', 'it takes a constant'],
      ['m', 'its input doubled is not known to be float'],
    ],
  );
});

test('a large bias beside small weights makes their scale larger, and is held', () => {
  const model = smallModel({
    nodes: ['Gemm x w b > y'],
    inputs: { x: ['n', 2] },
    outputs: ['y'],
    constants: [floatTensor('w', [2, 2], [1e-9, 0, 1e-9, 0]), floatTensor('b', [2], [5, 3])],
  });
  const plan = planQuantization(model, new Map([['x', { min: 0, max: 1 }]]));
  const scales = plan.biases[0]?.scales ?? [];
  assert.equal(scales.length, 2);
  for (const scale of scales) assert.ok(5 / scale < 2 ** 31 && scale < 1e-6, `${scale}`);
});

test('a plan needs every range, of numbers', () => {
  const ranges = anyRange(branches());
  ranges.delete('pooled');
  const code = 'invalid_argument';
  assert.throws(() => planQuantization(branches(), ranges), {
    code,
    message: /range of pooled was not observed/,
  });
  ranges.set('pooled', { min: Number.NaN, max: 1 });
  assert.throws(() => planQuantization(branches(), ranges), {
    code,
    message: /pooled cannot be from NaN to 1/,
  });
});

test('models that quantization would not change, or that cannot be, are refused', () => {
  const code = 'invalid_argument';
  const relu = smallModel({ nodes: ['Relu x > y'], inputs: { x: [1] }, outputs: ['y'] });
  assert.throws(() => planned(relu), { code, message: /no Conv, Gemm, MatMul that can be quantized/ });
  const old = { ...branches(), opsets: [{ version: 12 }] };
  assert.throws(() => planned(old), { code, message: /operator set 12 of ONNX, and quantization needs 13/ });
  assert.throws(() => applyPlan(relu, planned(branches())), { code, message: /plan is of another model/ });
});

test('the model of a plan keeps to the rules, with constants as nodes, too', () => {
  const names = KERNELS.map(({ name = '' }) => name);
  for (const model of [branches(), initializersToConstants(branches(), names)]) {
    for (const options of [{}, { perChannel: false }, { activations: 'int8', reduceRange: true }] as const) {
      const applied = applyPlan(model, planned(model, options));
      assert.deepEqual(checkModel(applied), []);
      assert.deepEqual(applied.graph.inputs, model.graph.inputs);
      assert.deepEqual(applied.graph.outputs, model.graph.outputs);
    }
  }
});

test('a calibration model has the tensors as outputs', () => {
  const { model, inputs, outputs } = calibrationModel(branches());
  assert.deepEqual(checkModel(model), []);
  assert.deepEqual(inputs, ['x']);
  assert.deepEqual(outputs, ['r1', 'c2', 'joined', 'pooled', 'flat']);
  assert.deepEqual(
    model.graph.outputs.map(({ name }) => name),
    ['y', ...outputs],
  );
});

test('layers that are left in FP32 besides need no tensor that was not observed before', () => {
  const model = branches();
  const nodes = fc.subarray(planned(model).integer.map(({ node }) => node));
  const before = tensorsToObserve(model);
  fc.assert(
    fc.property(nodes, (excluded) => {
      const after = tensorsToObserve(model, { exclude: { nodes: excluded } });
      assert.deepEqual(
        after.filter((tensor) => !before.includes(tensor)),
        [],
      );
    }),
  );
});

test('activations around zero have no zero point, and biases may stay as they are', () => {
  const model = branches();
  const plan = planned(model, { activations: 'int8', symmetric: true, biases: 'float' });
  assert.ok(plan.tensors.every(({ zeroPoint, type }) => zeroPoint === 0 && type === 'int8'));
  assert.deepEqual(plan.biases, []);
  const types = applyPlan(model, plan).graph.initializers.map(({ elementType }) => elementType);
  assert.ok(!types.includes('int32') && !types.includes('uint8'), types.join());
  assert.throws(() => planned(model, { symmetric: true }), {
    code: 'invalid_argument',
    message: /ask for int8/,
  });
});

test('of nodes in FP32 behind each other, the first alone is kept from ONNX Runtime', () => {
  const model = smallModel({
    nodes: ['Conv x k > a', 'Relu a > ra', 'Conv ra k > b', 'Relu b > rb', 'Conv rb k > c', 'Conv c k > y'],
    inputs: { x: ['n', 4, 8, 8] },
    outputs: ['y'],
    constants: [pattern('k', [4, 4, 1, 1])],
  });
  const { nodes } = applyPlan(model, planned(model, { exclude: { nodes: ['b', 'c'] } })).graph;
  const barriers = nodes.filter(({ op }) => op === 'Max').flatMap(({ outputs }) => outputs);
  const takers = nodes.filter(({ inputs }) => inputs.some((name) => barriers.includes(name)));
  assert.deepEqual(
    takers.flatMap(({ outputs }) => outputs),
    ['b'],
  );
});
