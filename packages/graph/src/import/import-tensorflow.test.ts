import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { create, toBinary } from '@bufbuild/protobuf';
import type { TestScope } from '@slipway/testkit';
import { GraphDefSchema, type NodeDefSchema } from '../generated/tensorflow/tensorflow_pb.ts';
import { fileOf } from '../onnx/fixtures.test.helper.ts';
import { fixture } from '../tensorflow/fixtures.test.helper.ts';
import { loadTensorFlow } from '../tensorflow/load-tensorflow.ts';
import type { TensorRequest } from './choose-tensors.ts';
import { assertAnswers, goldenFile, type Tensors } from './golden.test.helper.ts';
import { importTensorFlow } from './import-tensorflow.ts';

const ANSWERS = goldenFile('tensorflow-answers.json') as Readonly<
  Record<string, { readonly inputs: Tensors; readonly outputs: Tensors }>
>;

const CHECKPOINT = { inputs: ['network/X'], outputs: ['network/output/MatMul'] };

/** Each kind of file; the checkpoint is the network of the flow, with variables in parts. */
const MODELS: readonly (readonly [name: string, request: TensorRequest & { tags?: readonly string[] }])[] = [
  ['tf1-checkpoint', CHECKPOINT],
  ['tf1-saved-model', {}],
  ['tf2-saved-model', {}],
  ['keras-export', {}],
  ['frozen.pb', {}],
];

for (const [name, request] of MODELS)
  test(`${name} answers as in TensorFlow, under TensorFlow's names`, async (t) => {
    const { inputs, outputs } = ANSWERS[name] ?? assert.fail();
    await assertAnswers(t, await imported(fixture(name), request), inputs, outputs);
  });

const EDGES = goldenFile('tensorflow-edges/answers.json') as typeof ANSWERS;

const EDGE_MODELS: readonly (readonly [name: string, request: TensorRequest])[] = [
  ['functions.pb', { inputs: ['a:0', 'b:0', 'c:0', 'd:0'], outputs: ['direct:2', 'direct:4', 'result:0'] }],
  ['no-saver', {}],
];

for (const [name, request] of EDGE_MODELS)
  test(`${name}, which lacks what most models have, answers as in TensorFlow`, async (t) => {
    const { inputs, outputs } = EDGES[name] ?? assert.fail();
    await assertAnswers(t, await imported(fixture(`../tensorflow-edges/${name}`), request), inputs, outputs);
  });

test('the keys of the signature stand in the metadata', async () => {
  const { metadata } = await imported(fixture('tf1-saved-model'), {});
  assert.deepEqual(
    metadata.map(({ key, value }) => [key, value]),
    [
      ['tensorflow.signature', 'serving_default'],
      ['tensorflow.inputs', '{"images":"x:0"}'],
      ['tensorflow.outputs', '{"scores":"y:0"}'],
    ],
  );
});

test('the same model gives the same value, without what trains it', async () => {
  const model = await imported(fixture('tf1-checkpoint'), CHECKPOINT);
  assert.deepEqual(await imported(fixture('tf1-checkpoint'), CHECKPOINT), model);
  const ops = model.graph.nodes.map(({ op }) => op);
  assert.deepEqual(
    ops.filter((op) => op === 'MatMul'),
    ['MatMul', 'MatMul'],
  );
  assert.ok(!ops.includes('Identity'));
});

test('of a network of images, only the rows that are flattened are transposed', async () => {
  const { graph } = await imported(fixture('keras-export'), {});
  const [transposed, ...more] = graph.nodes.filter(({ op }) => op === 'Transpose');
  assert.deepEqual(more, []);
  const taking = graph.nodes.filter(({ inputs }) => inputs.includes(transposed?.outputs[0] ?? ''));
  assert.deepEqual(
    taking.map(({ op }) => op),
    ['Reshape'],
  );
});

test('an output that is constant is computed when the model is converted', async (t) => {
  const two = { name: 'two', op: 'Const', attr: { value: tensorOf(2) } };
  const path = await frozen(t, [X, two, { name: 'sum', op: 'AddV2', input: ['two', 'two'] }]);
  const { graph } = await imported(path, { inputs: ['x'], outputs: ['sum', 'two'] });
  assert.deepEqual(
    graph.nodes.map(({ op, outputs }) => [op, ...outputs]),
    [
      ['Identity', 'sum:0'],
      ['Identity', 'two:0'],
    ],
  );
});

function tensorOf(value: number) {
  return { value: { case: 'tensor' as const, value: { dtype: 1, floatVal: [value] } } };
}

const X = { name: 'x', op: 'Placeholder', attr: { dtype: { value: { case: 'type', value: 1 } } } } as const;

test('all nodes that cannot be converted are named at once', async (t) => {
  const path = await frozen(t, [
    X,
    { name: 'a/random', op: 'RandomUniform', input: ['x'] },
    { name: 'digamma', op: 'Digamma', input: ['x'] },
    { name: 'sum', op: 'AddV2', input: ['a/random', 'digamma'] },
  ]);
  await assert.rejects(imported(path, { inputs: ['x'], outputs: ['sum'] }), {
    code: 'unsupported',
    message: /^2 of .*\n- "a\/random" \(RandomUniform\): .*\n- "digamma" \(Digamma\): .*before it.*$/,
    nodes: ['a/random RandomUniform', 'digamma Digamma'].map((each) => {
      const [node = '', op = ''] = each.split(' ');
      return {
        node,
        op,
        why: 'Slipway does not convert this op.',
        instead: 'Choose outputs before it, or build the model without it.',
      };
    }),
  });
});

test('all placeholders that no input feeds are named at once', async (t) => {
  const nodes = [X, { ...X, name: 'b' }, { ...X, name: 'c' }];
  const path = await frozen(t, [...nodes, { name: 'sum', op: 'AddN', input: ['x', 'b', 'c', '^x'] }]);
  await assert.rejects(imported(path, { inputs: ['x'], outputs: ['sum'] }), {
    code: 'invalid_argument',
    message: /"b", "c", which no input feeds/,
  });
});

test('all variables without a value are named at once', async (t) => {
  const path = await frozen(t, [
    X,
    { name: 'v', op: 'VarHandleOp' },
    { name: 'w', op: 'VariableV2' },
    { name: 'read', op: 'ReadVariableOp', input: ['v'] },
    { name: 'product', op: 'Mul', input: ['read', 'w'] },
    { name: 'sum', op: 'AddV2', input: ['x', 'product'] },
  ]);
  await assert.rejects(imported(path, { inputs: ['x'], outputs: ['sum'] }), {
    code: 'unsupported',
    message: /without a value: "v", "w"\./,
  });
});

test('a tensor in the middle may be the input where the file has its shape', async () => {
  const { graph } = await imported(fixture('tf1-checkpoint'), { ...CHECKPOINT, inputs: ['network/h1/Relu'] });
  // The name lets ONNX Runtime see which tensors have the same size.
  const dims = [{ size: 'batch' }, { size: 5 }];
  assert.deepEqual(graph.inputs, [
    {
      name: 'network/h1/Relu:0',
      type: { kind: 'tensor', elementType: 'float', shape: { dims } },
      metadata: [],
    },
  ]);
});

test('an input without a shape, and an output that is not there, are refused', async () => {
  await assert.rejects(imported(fixture('frozen.pb'), { inputs: ['scores/y'], outputs: ['scores/y'] }), {
    code: 'unsupported',
    message: /which type and shape the input "scores\/y:0" has/,
  });
  await assert.rejects(imported(fixture('frozen.pb'), { outputs: ['scores/y:1'] }), {
    code: 'invalid_argument',
    message: /"scores\/y" has no output 1/,
  });
});

async function imported(path: string, request: TensorRequest) {
  await using model = await loadTensorFlow(path);
  return (await importTensorFlow(model, request)).model;
}

function frozen(scope: TestScope, node: MessageInitShape<typeof NodeDefSchema>[]): Promise<string> {
  return fileOf(scope, toBinary(GraphDefSchema, create(GraphDefSchema, { node })));
}
