import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type NodeDef, NodeDefSchema } from '../generated/tensorflow/tensorflow_pb.ts';
import { nodeOfInput } from '../tensorflow/check-graph.ts';
import { fixture } from '../tensorflow/fixtures.test.helper.ts';
import { loadTensorFlow } from '../tensorflow/load-tensorflow.ts';
import { bindVariables } from './bind-variables.ts';
import { chooseGraph } from './choose-graph.ts';
import { type ChosenTensor, chooseTensors, type TensorRequest } from './choose-tensors.ts';
import { inlineFunctions } from './inline-functions.ts';

const VARIABLES = new Set(['VariableV2', 'VarHandleOp']);

/** A constant of strings. */
function text(name: string, stringVal: readonly string[]): MessageInitShape<typeof NodeDefSchema> {
  const tensor = {
    dtype: 7,
    tensorShape: { dim: [{ size: BigInt(stringVal.length) }] },
    stringVal: stringVal.map((one) => Buffer.from(one)),
  };
  return { name, op: 'Const', attr: { value: { value: { case: 'tensor', value: tensor } } } };
}

/** How many variables the outputs depend on. */
const MODELS: readonly (readonly [name: string, request: TensorRequest, variables: number])[] = [
  ['tf1-checkpoint', { outputs: ['network/output/MatMul'] }, 6],
  ['tf1-saved-model', {}, 1],
  ['tf2-saved-model', {}, 1],
  ['keras-export', {}, 8],
];

for (const [name, request, count] of MODELS)
  test(`each variable that ${name} needs has a value of its shape in the checkpoint`, async () => {
    await using model = await loadTensorFlow(fixture(name));
    const metaGraph = chooseGraph(model.metaGraphs);
    const nodes = inlineFunctions(metaGraph);
    const values = bindVariables(nodes);
    const needed = neededFor(nodes, chooseTensors(metaGraph, request).outputs);
    const variables = needed.filter(({ op }) => VARIABLES.has(op));
    assert.equal(variables.length, count);
    for (const { name: variable, attr } of variables) {
      const value = values.get(variable);
      assert.ok(value !== undefined, `${variable} has no value`);
      const tensor = model.variables?.tensors.get(value.tensor);
      const shape = attr['shape']?.value;
      assert.ok(shape?.case === 'shape');
      const own = shape.value.dim.map(({ size }) => Number(size));
      assert.deepEqual(
        value.slice === '' ? tensor?.shape : lengths(value.slice, tensor?.shape ?? []),
        own,
        variable,
      );
    }
  });

test('a variable that was split has its slice', async () => {
  await using model = await loadTensorFlow(fixture('tf1-checkpoint'));
  const values = bindVariables(inlineFunctions(chooseGraph(model.metaGraphs)));
  assert.deepEqual(values.get('network/h1/kernel/part_1'), {
    tensor: 'network/h1/kernel',
    slice: '6 5 2,2:0,5',
  });
});

test('a variable that two tensors are restored into is refused', () => {
  const nodes = [
    { name: 'v', op: 'VarHandleOp' },
    text('names', ['a', 'b']),
    text('slices', ['', '']),
    { name: 'r', op: 'RestoreV2', input: ['prefix', 'names', 'slices'] },
    { name: 'one', op: 'AssignVariableOp', input: ['v', 'r'] },
    { name: 'two', op: 'AssignVariableOp', input: ['v', 'r:1'] },
  ].map((node) => create(NodeDefSchema, node));
  assert.deepEqual(bindVariables(nodes.slice(0, -1)).get('v'), { tensor: 'a', slice: '' });
  assert.throws(() => bindVariables(nodes), { code: 'invalid_graph', message: /"v" .* "a" and "b"/ });
});

test('a variable that only a copy of it is restored for has the value of the copy', () => {
  const nodes = [
    { name: 'own', op: 'VarHandleOp' },
    { name: 'copy', op: 'VarHandleOp' },
    text('names', ['a']),
    text('slices', ['']),
    { name: 'read', op: 'ReadVariableOp', input: ['own'] },
    { name: 'first', op: 'AssignVariableOp', input: ['copy', 'read'] },
    { name: 'restore', op: 'RestoreV2', input: ['prefix', 'names', 'slices'] },
    { name: 'same', op: 'IdentityN', input: ['names', 'restore'] },
    { name: 'second', op: 'AssignVariableOp', input: ['copy', 'same:1'] },
  ].map((node) => create(NodeDefSchema, node));
  assert.deepEqual(bindVariables(nodes).get('own'), { tensor: 'a', slice: '' });
});

/** The nodes that the outputs depend on. */
function neededFor(nodes: readonly NodeDef[], outputs: readonly ChosenTensor[]): NodeDef[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const needed = new Set(outputs.map(({ node }) => node));
  for (const name of needed)
    for (const input of byName.get(name)?.input ?? []) needed.add(nodeOfInput(input));
  return nodes.filter(({ name }) => needed.has(name));
}

/** The lengths of a slice `<shape> <start,length>:<start,length>`; `-` is all of a dimension. */
function lengths(slice: string, shape: readonly number[]): number[] {
  const extents = slice.split(' ').at(-1)?.split(':') ?? [];
  return extents.map((extent, axis) => (extent === '-' ? (shape[axis] ?? 0) : Number(extent.split(',')[1])));
}
