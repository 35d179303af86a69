import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { TestScope } from '@slipway/testkit';
import {
  AttrValueSchema,
  type FunctionDefSchema,
  GraphDefSchema,
  type NodeDefSchema,
} from '../../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../../graph-error.ts';
import { fileOf } from '../../onnx/fixtures.test.helper.ts';
import { loadTensorFlow } from '../../tensorflow/load-tensorflow.ts';
import { importTensorFlow } from '../import-tensorflow.ts';

type Node = MessageInitShape<typeof NodeDefSchema>;
type Function = MessageInitShape<typeof FunctionDefSchema>;

const FLOAT = 1;
const BOOL = 10;

function placeholder(name: string, type: number): Node {
  const dtype = create(AttrValueSchema, { value: { case: 'type', value: type } });
  const shape = create(AttrValueSchema, { value: { case: 'shape', value: { dim: [] } } });
  return { name, op: 'Placeholder', attr: { dtype, shape } };
}

const X = placeholder('x', FLOAT);
const FLAG = placeholder('flag', BOOL);

/** A function of one number, or of a number and what else is given. */
function functionOf(name: string, nodes: readonly Node[], result: string, type = FLOAT): Function {
  return {
    signature: {
      name,
      inputArg: [{ name: 'v', type: FLOAT }],
      outputArg: [{ name: 'out', type }],
    },
    nodeDef: [...nodes],
    ret: { out: result },
  };
}

function calling(name: string, op: string, input: readonly string[], graphs: Record<string, string>): Node {
  const attr = Object.entries(graphs).map(([key, graph]) => [
    key,
    create(AttrValueSchema, { value: { case: 'func', value: { name: graph } } }),
  ]);
  const Tout = create(AttrValueSchema, { value: { case: 'list', value: { type: [FLOAT] } } });
  return { name, op, input: [...input], attr: { Tout, ...Object.fromEntries(attr) } };
}

const NO_MORE = functionOf('no', [{ name: 'less', op: 'Less', input: ['v', 'v'] }], 'less:z:0', BOOL);

test('all that cannot be converted in a loop and in branches is named at once', async (t) => {
  const body = functionOf(
    'body',
    [
      { name: 'a', op: 'Digamma', input: ['v'] },
      calling('inner', 'If', ['v', 'a:y:0'], { then_branch: 'odd', else_branch: 'odd' }),
    ],
    'inner:output:0',
  );
  const condition = functionOf('cond', [{ name: 'b', op: 'Lgamma', input: ['v'] }], 'b:y:0', BOOL);
  const odd = functionOf('odd', [{ name: 'c', op: 'RandomPoisson', input: ['v'] }], 'c:output:0');
  const nodes = [
    X,
    calling('loop', 'While', ['x'], { body: 'body', cond: 'cond' }),
    { name: 'after', op: 'Betainc', input: ['x', 'x', 'x'] },
    { name: 'y', op: 'AddV2', input: ['loop', 'after'] },
  ];
  const error = await refusal(t, nodes, [body, condition, odd], ['x'], 'y');
  assert.equal(error.code, 'unsupported');
  assert.deepEqual(error.nodes.map(({ op }) => op).toSorted(), ['Betainc', 'Digamma', 'Lgamma']);
});

test('both branches are looked at', async (t) => {
  const functions = [
    functionOf('then', [{ name: 'a', op: 'Digamma', input: ['v'] }], 'a:y:0'),
    functionOf('else', [{ name: 'b', op: 'Lgamma', input: ['v'] }], 'b:y:0'),
  ];
  const nodes = [X, FLAG, calling('y', 'If', ['flag', 'x'], { then_branch: 'then', else_branch: 'else' })];
  const error = await refusal(t, nodes, functions, ['x', 'flag'], 'y');
  assert.deepEqual(error.nodes.map(({ op }) => op).toSorted(), ['Digamma', 'Lgamma']);
});

test('a loop and a condition of no known form are refused with what they are made of', async (t) => {
  const error = await refusal(
    t,
    [
      X,
      FLAG,
      { name: 'enter', op: 'Enter', input: ['x'] },
      { name: 'merge', op: 'Merge', input: ['enter', 'next'] },
      { name: 'next', op: 'NextIteration', input: ['merge'] },
      { name: 'exit', op: 'Exit', input: ['merge'] },
      { name: 'switch', op: 'Switch', input: ['x', 'flag'] },
      { name: 'both', op: 'Merge', input: ['switch', 'switch:0'] },
      { name: 'y', op: 'AddV2', input: ['exit', 'both'] },
    ],
    [],
    ['x', 'flag'],
    'y',
  );
  assert.deepEqual(error.nodes.map(({ node }) => node).toSorted(), [
    'both',
    'enter',
    'exit',
    'merge',
    'next',
    'switch',
  ]);
  assert.match(error.message, /tf\.while_loop[\s\S]*tf\.cond|tf\.cond[\s\S]*tf\.while_loop/);
});

test('functions that call two others each are refused before they fill the memory', async (t) => {
  const functions = Array.from({ length: 40 }, (_, level) => {
    const graphs = { then_branch: `f${level + 1}`, else_branch: `f${level + 1}` };
    return functionOf(`f${level}`, [calling('n', 'If', ['v', 'v'], graphs)], 'n:output:0');
  });
  const last = functionOf('f40', [{ name: 'n', op: 'Relu', input: ['v'] }], 'n:activations:0');
  const nodes = [X, FLAG, calling('y', 'If', ['flag', 'x'], { then_branch: 'f0', else_branch: 'f0' })];
  const error = await refusal(t, nodes, [...functions, last], ['x', 'flag'], 'y');
  assert.match(error.message, /within each other/);
});

test('a loop whose variable changes its type is refused', async (t) => {
  const body = functionOf('body', [{ name: 'a', op: 'Less', input: ['v', 'v'] }], 'a:z:0', BOOL);
  const nodes = [X, calling('y', 'While', ['x'], { body: 'body', cond: 'no' })];
  const error = await refusal(t, nodes, [body, NO_MORE], ['x'], 'y');
  assert.match(error.message, /float32, and bool after a round/);
});

async function refusal(
  scope: TestScope,
  node: readonly Node[],
  functions: readonly Function[],
  inputs: readonly string[],
  output: string,
): Promise<GraphError> {
  const graph = create(GraphDefSchema, { node: [...node], library: { function: [...functions] } });
  await using model = await loadTensorFlow(await fileOf(scope, toBinary(GraphDefSchema, graph)));
  try {
    await importTensorFlow(model, { inputs, outputs: [output] });
  } catch (error) {
    assert.ok(error instanceof GraphError);
    return error;
  }
  return assert.fail('It was converted.');
}
