import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  AttrValueSchema,
  FunctionDefSchema,
  NodeDefSchema,
  type OpDef,
  OpDefSchema,
} from '../generated/tensorflow/tensorflow_pb.ts';
import { checkGraph } from '../tensorflow/check-graph.ts';
import { fixture } from '../tensorflow/fixtures.test.helper.ts';
import { loadTensorFlow } from '../tensorflow/load-tensorflow.ts';
import type { MetaGraph } from '../tensorflow/model.ts';
import { inlineFunctions } from './inline-functions.ts';

type Node = MessageInitShape<typeof NodeDefSchema>;
type Function = MessageInitShape<typeof FunctionDefSchema>;

const SPLIT: OpDef = create(OpDefSchema, {
  name: 'TopK',
  outputArg: [{ name: 'many', numberAttr: 'N' }, { name: 'values' }, { name: 'indices' }],
});

function graphOf(nodes: readonly Node[], functions: readonly Function[]): MetaGraph {
  const library = functions.map((one) => create(FunctionDefSchema, one));
  return {
    tags: [],
    graph: {
      nodes: nodes.map((node) => create(NodeDefSchema, node)),
      functions: new Map(library.map((one) => [one.signature?.name ?? '', one])),
      producer: 0,
    },
    signatures: new Map(),
    ops: new Map([[SPLIT.name, SPLIT]]),
    assets: [],
    objects: undefined,
    restoreOp: undefined,
    tensorflow: undefined,
  };
}

function call(name: string, of: string, input: readonly string[] = []): Node {
  return {
    name,
    op: 'StatefulPartitionedCall',
    input: [...input],
    attr: {
      f: { value: { case: 'func', value: { name: of, attr: { T: { value: { case: 'type', value: 3 } } } } } },
    },
  };
}

function edges(graph: MetaGraph): Record<string, string> {
  return Object.fromEntries(
    inlineFunctions(graph).map(({ name, op, input }) => [name, [op, ...input].join(' ')]),
  );
}

test('a call becomes its body, with the indices, effects and attributes of the graph', () => {
  const inner: Function = {
    signature: {
      name: 'f',
      inputArg: [{ name: 'x' }],
      outputArg: [{ name: 'a' }, { name: 'b', typeAttr: 'T' }],
    },
    nodeDef: [
      {
        name: 'top',
        op: 'TopK',
        input: ['x'],
        attr: {
          N: { value: { case: 'i', value: 2n } },
          dtype: { value: { case: 'placeholder', value: 'T' } },
        },
      },
      { name: 'log', op: 'Print', input: ['^x'] },
    ],
    ret: { a: 'top:indices:0', b: 'x' },
    controlRet: { log: 'log' },
  };
  const graph = graphOf(
    [
      { name: 'in', op: 'Placeholder' },
      { name: 'pre', op: 'NoOp' },
      call('go', 'f', ['in:0', '^pre']),
      { name: 'out', op: 'Neg', input: ['go:1'] },
    ],
    [inner],
  );
  assert.deepEqual(edges(graph), {
    in: 'Placeholder',
    pre: 'NoOp',
    go: 'IdentityN go/top:3 in:0 ^go/log ^pre',
    'go/top': 'TopK in:0 ^pre',
    'go/log': 'Print ^in ^pre',
    out: 'Neg go:1',
  });
  const top = inlineFunctions(graph).find(({ name }) => name === 'go/top');
  assert.deepEqual(top?.attr['dtype'], create(AttrValueSchema, { value: { case: 'type', value: 3 } }));
});

test('a list is taken and given whole or by its elements, also of ops that only the table knows', () => {
  const type = (value: number) => ({ value: { case: 'type', value } }) as const;
  const types = (...all: number[]): MessageInitShape<typeof AttrValueSchema> => ({
    value: { case: 'list', value: { type: all } },
  });
  const inner: Function = {
    signature: {
      name: 'f',
      inputArg: [{ name: 'x' }, { name: 'many', numberAttr: 'N' }, { name: 'mixed', typeListAttr: 'L' }],
      outputArg: [
        { name: 'each', numberAttr: 'N', typeAttr: 'T' },
        { name: 'first', type: 9 },
        { name: 'back', typeListAttr: 'L' },
      ],
    },
    nodeDef: [
      {
        name: 'parts',
        op: 'Split',
        input: ['many:1', 'x'],
        attr: { num_split: { value: { case: 'i', value: 2n } } },
      },
      { name: 'best', op: 'TopKV2', input: ['many', '^mixed'] },
    ],
    ret: { each: 'parts:output', first: 'best:indices:0', back: 'mixed' },
  };
  const attr = { N: { value: { case: 'i', value: 2n } } as const, L: types(1, 3), T: type(2) };
  const names = ['a', 'b', 'c', 'd', 'e'];
  const graph = graphOf(
    [
      ...names.map((name) => ({ name, op: 'Placeholder' })),
      { name: 'go', op: 'f', input: ['a', 'b:1', 'c', 'd', 'e:2'], attr },
    ],
    [inner],
  );
  const { go, 'go/parts': parts, 'go/best': best } = edges(graph);
  assert.deepEqual(
    [go, parts, best],
    ['IdentityN go/parts:0 go/parts:1 go/best:1 d e:2', 'Split c a', 'TopKV2 b:1 c ^d ^e'],
  );
  const results = inlineFunctions(graph).find(({ name }) => name === 'go');
  assert.deepEqual(results?.attr['T'], create(AttrValueSchema, types(2, 2, 9, 1, 3)));
});

for (const name of ['tf2-saved-model', 'keras-export'])
  test(`${name} has no calls left, and each of its tensors is there`, async () => {
    await using model = await loadTensorFlow(fixture(name));
    for (const metaGraph of model.metaGraphs) {
      const nodes = inlineFunctions(metaGraph);
      checkGraph(name, { nodes, functions: new Map(), producer: 0 });
      const called = nodes.filter(
        ({ op }) => op.endsWith('PartitionedCall') || metaGraph.graph.functions.has(op),
      );
      assert.deepEqual(called, []);
      const names = new Set(nodes.map((node) => node.name));
      for (const node of metaGraph.graph.nodes) assert.ok(names.has(node.name), node.name);
    }
  });

test('functions that cannot be in place are refused by the node that calls them', () => {
  const twice = (name: string, of: string): Function => ({
    signature: { name },
    nodeDef: [call('a', of), call('b', of)],
  });
  const bomb = Array.from({ length: 40 }, (_, level) => twice(`f${level}`, `f${level + 1}`));
  const chain = Array.from(
    { length: 300 },
    (_, level): Function => ({
      signature: { name: `f${level}` },
      nodeDef: [call('a', `f${level + 1}`)],
    }),
  );
  const list: Function = { signature: { name: 'f0', inputArg: [{ name: 'x', numberAttr: 'N' }] } };
  const withList = (length: number): Node => ({
    name: 'c',
    op: 'f0',
    attr: { N: { value: { case: 'i', value: BigInt(length) } } },
  });
  const N = { value: { case: 'i', value: 2n } } as const;
  const unknownOutput: Function = {
    signature: { name: 'f0', outputArg: [{ name: 'y' }] },
    nodeDef: [{ name: 'top', op: 'TopK', attr: { N } }],
    ret: { y: 'top:many:2' },
  };
  const wide: Function = {
    signature: { name: 'f0' },
    nodeDef: Array.from({ length: 200 }, (_, index) => ({ name: `n${index}`, op: 'NoOp' })),
  };
  const missing: Function = { signature: { name: 'f0', outputArg: [{ name: 'y' }] } };
  const rows: readonly (readonly [MetaGraph, RegExp])[] = [
    [graphOf([call('c', 'f0')], [...bomb, { signature: { name: 'f40' } }]), /more than \d+ (nodes|levels)/],
    [graphOf([call('c', 'f0')], [...chain, { signature: { name: 'f300' } }]), /more than 200 levels/],
    [graphOf([call('c', 'f0')], []), /"c" calls the function "f0", which the model does not have/],
    [graphOf([call('c', 'f0', ['c'])], [list]), /1 inputs to a function of 0/],
    [graphOf([withList(1e9)], [list]), /list of 1000000000 tensors/],
    [graphOf([withList(-1)], [list]), /list of -1 tensors/],
    [graphOf([call('c', 'f0')], [unknownOutput]), /"TopK" of node "top" has no output "many:2"/],
    [graphOf([{ ...call('c', 'f0'), name: 'c'.repeat(2e6) }], [wide]), /names of the graph take more than/],
    [graphOf([call('c', 'f0')], [missing]), /what its output "y" is/],
    [graphOf([call('c', 'f0', ['c'])], [{ signature: { name: 'f0' } }]), /1 inputs to a function of 0/],
  ];
  for (const [graph, message] of rows)
    assert.throws(() => inlineFunctions(graph), { name: 'GraphError', message });
});
