import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { rewritten } from '../../onnx/fixtures.test.helper.ts';
import { floatTensor } from '../../onnx/make-tensor.ts';
import type { OnnxModel } from '../../onnx/model.ts';
import { pattern, smallModel, wave } from '../small-model.test.helper.ts';
import { foldBatchNormalization } from './fold-batch-norm.ts';

const DIMS = [2, 3, 6, 6];
const X = Float32Array.from(wave(216, 3));

const normalized = (nodes: readonly string[], outputs: readonly string[]): OnnxModel =>
  smallModel({
    nodes,
    inputs: { x: DIMS },
    outputs,
    constants: [
      pattern('k', [4, 3, 3, 3]),
      pattern('b', [4], 2),
      pattern('scale', [4], 3),
      pattern('offset', [4], 4),
      pattern('mean', [4], 5),
      floatTensor('variance', [4], [0.5, 2, 0, 1e-6]),
    ],
  });

const NORMALIZE = 'BatchNormalization/epsilon=0.001';

test('a normalization behind a convolution becomes a part of it', async (t) => {
  for (const conv of ['Conv x k b > c', 'Conv x k > c']) {
    const model = normalized([conv, `${NORMALIZE} c scale offset mean variance > y`], ['y']);
    const folded = foldBatchNormalization(model);
    assert.deepEqual(
      folded.graph.nodes.map(({ op, outputs }) => [op, ...outputs]),
      [['Conv', 'y']],
    );
    const [one, other] = [await answer(t, model), await answer(t, folded)];
    for (const [index, value] of one.entries()) {
      const difference = Math.abs(value - (other[index] ?? Number.NaN));
      assert.ok(difference <= 1e-5 * Math.max(1, Math.abs(value)), `${value} became ${other[index]}`);
    }
  }
});

test('a normalization stays where others take what is before it, or where it is behind something else', () => {
  const behind = `${NORMALIZE} c scale offset mean variance > y`;
  const models = [
    normalized(['Conv x k > c', behind, 'Relu c > z'], ['y', 'z']),
    normalized(['Conv x k > c', behind], ['y', 'c']),
    normalized(['Conv x k > a', 'Relu a > c', behind], ['y']),
    normalized(['Conv x k > c', `${NORMALIZE}/training_mode=1 c scale offset mean variance > y m v`], ['y']),
  ];
  for (const model of models) assert.equal(foldBatchNormalization(model), model);
});

async function answer(t: Parameters<typeof rewritten>[0], model: OnnxModel): Promise<Float32Array> {
  const session = await InferenceSession.create(await rewritten(t, model), { logSeverityLevel: 4 });
  const { y } = await session.run({ x: new Tensor('float32', X, DIMS) });
  await session.release();
  assert.ok(y?.data instanceof Float32Array);
  return y.data;
}
