import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { checkModel } from '../onnx/check/check-model.ts';
import { rewritten } from '../onnx/fixtures.test.helper.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { compareValues, decibels } from './compare/tensor-error.ts';
import { quantizeDynamic } from './dynamic/quantize-dynamic.ts';
import { pattern, smallModel, wave } from './small-model.test.helper.ts';
import { layersWithWeights } from './weight-only/layers-with-weights.ts';
import { quantizeWeights } from './weight-only/quantize-weights.ts';

const LEAST_DECIBELS = 35;
const DIMS = [3, 4, 8];
const X = Float32Array.from(wave(96, 5));

/** Weights that are shared, turned and added to, and an input that two nodes take. */
const dense = (): OnnxModel =>
  smallModel({
    nodes: [
      'MatMul x w > a',
      'MatMul x w > b',
      'Add a b > sum',
      'Reshape sum rows > flat',
      'Gemm/transB=1 flat turned bias > c',
      'MatMul flat w2 > product',
      'Add product bias > d',
      'Add c d > y',
    ],
    inputs: { x: DIMS },
    outputs: ['y'],
    constants: [
      pattern('w', [8, 16]),
      pattern('turned', [5, 16], 2),
      pattern('w2', [16, 5], 3),
      pattern('bias', [5], 4),
      { ...pattern('rows', [2]), elementType: 'int64', data: { form: 'raw', bytes: rows() } },
    ],
  });

function rows(): Uint8Array {
  return new Uint8Array(BigInt64Array.of(12n, 16n).buffer);
}

for (const quantize of [quantizeDynamic, quantizeWeights]) {
  test(`${quantize.name} answers about the same, and keeps to the rules`, async (t) => {
    const whole = quantize(dense());
    assert.deepEqual(checkModel(whole), []);
    assert.deepEqual(whole.graph.outputs, dense().graph.outputs);
    const kept = whole.graph.initializers.filter(({ elementType }) => elementType === 'int8');
    assert.deepEqual(kept.length, 3);
    const error = compareValues(await answer(t, dense()), await answer(t, whole));
    assert.ok(decibels(error) > LEAST_DECIBELS, `${decibels(error)} dB`);
  });

  test(`${quantize.name} leaves out what is excluded, and refuses to change nothing`, () => {
    const ops = quantize(dense(), { exclude: { nodes: ['a', 'b', 'product'] } }).graph.nodes.map(
      ({ op }) => op,
    );
    assert.equal(ops.filter((op) => op === 'MatMul').length, 3);
    assert.equal(ops.filter((op) => op === 'Gemm').length, quantize === quantizeDynamic ? 0 : 1);
    assert.throws(() => quantize(dense(), { exclude: { ops: ['MatMul', 'Gemm'] } }), {
      code: 'invalid_argument',
      message: /nothing would change. a \(MatMul\) stays in FP32: its operator is excluded/,
    });
  });
}

test('layers are told as the plan of the static form tells them', () => {
  const { integer, float } = layersWithWeights(dense(), 'dynamic', { nodes: ['c'] });
  const layers = integer.map(({ node, op, takes, makes }) => [node, op, takes, makes]);
  assert.deepEqual(layers, [
    ['a', 'MatMul', ['x'], 'a'],
    ['b', 'MatMul', ['x'], 'b'],
    ['product', 'MatMul', ['flat'], 'd'],
  ]);
  assert.deepEqual(float, [{ node: 'c', op: 'Gemm', why: 'it is excluded by name' }]);
});

async function answer(t: Parameters<typeof rewritten>[0], model: OnnxModel): Promise<Float32Array> {
  const path = await rewritten(t, model);
  const session = await InferenceSession.create(path, { logSeverityLevel: 4 });
  const { y } = await session.run({ x: new Tensor('float32', X, DIMS) });
  await session.release();
  assert.ok(y?.data instanceof Float32Array);
  return y.data;
}
