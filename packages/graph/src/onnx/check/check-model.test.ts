import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addModel, convNet, digitMlp, identityModel, loopModel } from '@slipway/testkit';
import { addInitializers, makeNode } from '../edit/nodes.ts';
import { FIXTURES, fileOf, fixturePath, loadInRuntime, rewritten } from '../fixtures.test.helper.ts';
import { floatTensor, intTensor } from '../make-tensor.ts';
import type { Graph, Node, OnnxModel } from '../model.ts';
import { readModel } from '../read-model.ts';
import { checkModel, problemLine, requireValid } from './check-model.ts';

const base = (): OnnxModel => readModel(fixturePath('convolutional'));

function withGraph(change: (graph: Graph) => Partial<Graph>): OnnxModel {
  const model = base();
  return { ...model, graph: { ...model.graph, ...change(model.graph) } };
}

function withNode(name: string, change: (node: Node) => Partial<Node>): OnnxModel {
  return withGraph(({ nodes }) => ({
    nodes: nodes.map((node) => (node.name === name ? { ...node, ...change(node) } : node)),
  }));
}

const pads = { name: 'pads', value: { kind: 'float', value: 1 } } as const;
const inner = { name: 'x', value: { kind: 'reference', value: 'y', type: 1 } } as const;

/** Models that are wrong, with what is said. ONNX Runtime refuses each of them, too, unless it says `runs`. */
const WRONG: readonly (readonly [string, OnnxModel, RegExp, 'runs'?])[] = [
  [
    'an input that nothing makes',
    withNode('relu', () => ({ inputs: ['none'] })),
    /node relu \(Relu\): It takes none, which nothing/,
  ],
  [
    'an order that is wrong',
    withGraph(({ nodes }) => ({ nodes: nodes.toReversed() })),
    /It takes flat, which only a later/,
    'runs',
  ],
  [
    'a cycle',
    withNode('conv', ({ inputs }) => ({ inputs: ['pooled', ...inputs.slice(1)] })),
    /It takes pooled, which only a later/,
  ],
  [
    'a name given twice',
    withNode('relu', () => ({ outputs: ['features'] })),
    /It makes features, which is made already/,
  ],
  [
    'an operator that is not there',
    withNode('relu', () => ({ op: 'Rectify' })),
    /ONNX has no operator Rectify/,
  ],
  ['an operator of a later version', withNode('relu', () => ({ op: 'Gelu' })), /Gelu came after version 17/],
  [
    'an unknown domain',
    withNode('relu', () => ({ domain: 'their.domain' })),
    /imports no operator set of their.domain/,
  ],
  ['too many inputs', withNode('relu', () => ({ inputs: ['features', 'bias'] })), /It has 2 inputs, not 1/],
  ['too few inputs', withNode('conv', () => ({ inputs: ['image'] })), /It has 1 inputs, not 2 to 3/],
  [
    'an input left out',
    withNode('conv', () => ({ inputs: ['image', '', 'bias'] })),
    /Its input W is left out/,
  ],
  [
    'an unknown attribute',
    withNode('relu', () => ({ attributes: [pads] })),
    /It has the attribute pads, which Relu has not/,
  ],
  [
    'an attribute of another type',
    withNode('conv', () => ({ attributes: [pads] })),
    /Its attribute pads is float instead of ints/,
  ],
  [
    'a reference outside of a function',
    withNode('relu', () => ({ attributes: [inner] })),
    /which only a function may/,
  ],
  ['a missing attribute', withNode('relu', () => ({ op: 'Cast' })), /It lacks the attribute to/],
  [
    'an output that nothing makes',
    withGraph(({ nodes }) => ({ nodes: nodes.slice(0, -1) })),
    /Nothing in this graph makes its output prob/,
  ],
  [
    'elements of another type',
    addWhole(),
    /Its input B \(whole\) is tensor\(int64\), and features is tensor\(float\)/,
  ],
  [
    'an operator of an earlier version',
    withNode('relu', ({ inputs }) => ({ op: 'Upsample', inputs: [...inputs, 'bias'] })),
    /Upsample is no longer an operator since version 10/,
  ],
  [
    'an initializer that must be an input',
    { ...base(), irVersion: 3 },
    /The initializer kernel is no input, as IR version 3/,
    'runs',
  ],
  [
    'a version that is not there',
    { ...base(), opsets: [{ domain: '', version: 99 }] },
    /imports version 99 of ONNX/,
  ],
];

function addWhole(): OnnxModel {
  const model = withNode('relu', () => ({ op: 'Add', inputs: ['features', 'whole'] }));
  return addInitializers(model, [intTensor('whole', [], [1n])]);
}

for (const [name, model, expected, runs] of WRONG) {
  test(`${name} is a problem`, async (t) => {
    assert.match(checkModel(model).map(problemLine).join('\n'), expected);
    const loading = loadInRuntime(await rewritten(t, model));
    await (runs === 'runs' ? loading : assert.rejects(loading));
  });
}

test('all problems are told at once', () => {
  const model = withGraph(({ nodes, initializers }) => ({
    nodes: [...nodes, makeNode({ op: 'Nothing', inputs: ['lost'], outputs: ['x'] })],
    initializers: [...initializers, { ...floatTensor('short', [3], [1]) }],
  }));
  assert.deepEqual(checkModel(model), [
    {
      place: 'graph convolutional',
      why: 'The initializer short is float [3], and has 4 bytes instead of 12.',
    },
    { place: 'graph convolutional', node: 'x', op: 'Nothing', why: 'It takes lost, which nothing makes.' },
    { place: 'graph convolutional', node: 'x', op: 'Nothing', why: 'ONNX has no operator Nothing.' },
  ]);
  assert.throws(() => requireValid(model), {
    code: 'invalid_graph',
    message: /short is float(.|\n)*no operator Nothing/,
  });
});

test('beyond a thousand problems, only their number is told', () => {
  const nothing = makeNode({ op: 'Nothing', inputs: [], outputs: [] });
  const problems = checkModel(
    withGraph(({ nodes }) => ({ nodes: [...nodes, ...Array(1200).fill(nothing)] })),
  );
  assert.equal(problems.length, 1001);
  assert.equal(problems.at(-1)?.why, 'There are 200 more problems.');
});

test('a function that calls itself is a problem', () => {
  const model = readModel(fixturePath('function'));
  const [scaled] = model.functions;
  assert.ok(scaled !== undefined);
  const call = makeNode({ op: 'Scaled', domain: 'our.domain', inputs: ['x'], outputs: ['y'] });
  const functions = [
    { ...scaled, nodes: [call], opsets: [{ domain: 'our.domain', version: 1 }], attributes: [] },
  ];
  assert.match(
    checkModel({ ...model, functions })
      .map(problemLine)
      .join('\n'),
    /Scaled calls itself/,
  );
});

test('a domain may be trusted', () => {
  const model = withNode('relu', () => ({ domain: 'com.microsoft', op: 'Gelu' }));
  const opsets = [...model.opsets, { domain: 'com.microsoft', version: 1 }];
  assert.match(
    checkModel({ ...model, opsets })
      .map(problemLine)
      .join('\n'),
    /The domain com.microsoft is unknown/,
  );
  assert.deepEqual(checkModel({ ...model, opsets }, { trustedDomains: ['com.microsoft'] }), []);
});

for (const [name, make] of [
  ['the convolutional network', () => convNet(1)],
  ['digits', () => digitMlp()],
  ['a sum', () => addModel()],
  ['an identity', () => identityModel('FP32', [2])],
  ['a loop', () => loopModel()],
] as const) {
  test(`${name} of the tests is accepted, and loads`, async (t) => {
    const path = await fileOf(t, make());
    assert.deepEqual(checkModel(readModel(path)), []);
    await loadInRuntime(path);
  });
}

for (const name of FIXTURES) {
  test(`${name}, which onnx accepted, is accepted, and loads`, async () => {
    assert.deepEqual(checkModel(readModel(fixturePath(name))), []);
    await loadInRuntime(fixturePath(name));
  });
}
