import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tensor as RuntimeTensor } from 'onnxruntime-node';
import { fixturePath } from '../fixtures.test.helper.ts';
import { floatTensor } from '../make-tensor.ts';
import type { OnnxModel } from '../model.ts';
import { readModel } from '../read-model.ts';
import { freeze, freezeInput } from './freeze.ts';
import { makeNode } from './nodes.ts';
import { opsetOf, withOpset } from './opset.ts';
import { run } from './run.test.helper.ts';

const convolutional = (): OnnxModel => readModel(fixturePath('convolutional'));

test('a frozen model has no input for what stays as it is', async (t) => {
  const model = switched();
  const frozen = freeze(model, { is_training: false });
  assert.deepEqual(
    frozen.graph.inputs.map(({ name }) => name),
    ['x'],
  );
  const x = new RuntimeTensor('float32', [2], []);
  const weighted = { ...(await run(t, frozen, { x })) };
  assert.deepEqual(weighted, { y: [6] });
  assert.deepEqual(await run(t, freeze(model, { is_training: true }), { x }), { y: [2] });
});

test('an input is frozen to a value that it can have', () => {
  const wrong: readonly [string, boolean | number, RegExp][] = [
    ['learning', true, /no input learning; it has x, is_training, w/],
    ['is_training', 2, /is bool, and cannot be 2/],
    ['x', true, /is float, and cannot be true/],
  ];
  for (const [name, value, message] of wrong) {
    assert.throws(() => freezeInput(switched(), name, value), { code: 'invalid_argument', message });
  }
  assert.throws(() => freezeInput(convolutional(), 'image', 1), { message: /is no switch: it takes more/ });
});

test('another version of the operators is imported where all of them are the same there', async (t) => {
  const model = { ...switched(), irVersion: 4 };
  const feeds = {
    x: new RuntimeTensor('float32', [2], []),
    is_training: new RuntimeTensor('bool', [false], []),
  };
  for (const version of [16, 21]) {
    const other = withOpset(model, version);
    assert.equal(opsetOf(other), version);
    assert.deepEqual(await run(t, other, feeds), { y: [6] });
  }
  // Where of 9 takes fewer types than that of 16.
  assert.throws(() => withOpset(model, 15), {
    code: 'unsupported',
    message: /of ONNX 18 that are others in 15: Where\./,
  });
  assert.throws(() => withOpset(model, 99), { code: 'invalid_argument' });
});

/** x * w, or x while it is trained; the weight is an input with a default, as old models have it. */
function switched(): OnnxModel {
  const info = (name: string, elementType: 'float' | 'bool') => ({
    name,
    type: { kind: 'tensor' as const, elementType, shape: { dims: [] } },
    metadata: [],
  });
  return {
    irVersion: 3,
    opsets: [{ version: 18 }],
    metadata: [],
    functions: [],
    graph: {
      name: 'switched',
      nodes: [
        makeNode({ op: 'Mul', inputs: ['x', 'w'], outputs: ['weighted'] }),
        makeNode({ op: 'Where', inputs: ['is_training', 'x', 'weighted'], outputs: ['y'] }),
      ],
      initializers: [floatTensor('w', [], [3])],
      sparseInitializers: [],
      inputs: [info('x', 'float'), info('is_training', 'bool'), info('w', 'float')],
      outputs: [info('y', 'float')],
      valueInfo: [],
      annotations: [],
      metadata: [],
    },
  };
}
