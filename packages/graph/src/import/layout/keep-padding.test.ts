import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { rewritten } from '../../onnx/fixtures.test.helper.ts';
import { intTensor } from '../../onnx/make-tensor.ts';
import type { OnnxModel } from '../../onnx/model.ts';
import { nodeOf, smallModel } from '../small-model.test.helper.ts';
import { keepPadding } from './keep-padding.ts';

const SHAPE = [1, 1, 2, 2];
const POOL = { kernel_shape: [2, 2], strides: [1, 1] };
const EDGES = intTensor('edges', [8], [0n, 0n, 1n, 1n, 0n, 0n, 1n, 1n]);

test('the maximum of an edge of zeros is 0 where all else is negative, as ONNX Runtime optimizes it', async (t) => {
  const model = withNodes([nodeOf('Pad', ['x', 'edges'], ['p']), nodeOf('MaxPool', ['p'], ['y'], POOL)]);
  const path = await rewritten(t, { ...model, graph: keepPadding(model.graph) });
  const session = await InferenceSession.create(path, { graphOptimizationLevel: 'all', logSeverityLevel: 4 });
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(-1, -2, -3, -4), SHAPE) });
  await session.release();
  assert.deepEqual(y?.data, Float32Array.of(0, 0, 0, 0, -1, 0, 0, 0, 0));
});

test('where nothing is negative, or nothing is padded, the graph stays as it is', () => {
  const relu = withNodes([
    nodeOf('Relu', ['x'], ['r']),
    nodeOf('Pad', ['r', 'edges'], ['p']),
    nodeOf('MaxPool', ['p'], ['y'], POOL),
  ]);
  assert.deepEqual(keepPadding(relu.graph), relu.graph);
  const bare = withNodes([nodeOf('MaxPool', ['x'], ['y'], POOL)]);
  assert.deepEqual(keepPadding(bare.graph), bare.graph);
});

function withNodes(nodes: Parameters<typeof smallModel>[2]): OnnxModel {
  const ends = [{ name: 'x', dtype: 'float32', shape: SHAPE }];
  return smallModel(ends, [{ name: 'y', dtype: 'float32' }], nodes, [EDGES]);
}
