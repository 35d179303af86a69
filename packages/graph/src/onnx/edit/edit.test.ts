import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestScope } from '@slipway/testkit';
import { Tensor as RuntimeTensor } from 'onnxruntime-node';
import { requireValid } from '../check/check-model.ts';
import { fixturePath } from '../fixtures.test.helper.ts';
import { floatTensor } from '../make-tensor.ts';
import type { OnnxModel } from '../model.ts';
import { readModel } from '../read-model.ts';
import { attach } from './attach.ts';
import { setBatch } from './batch.ts';
import { castInput, castOutput } from './casts.ts';
import { constantsToInitializers, initializersToConstants } from './constants.ts';
import { cutAt, cutBetween } from './cut.ts';
import { withoutDeadCode } from './dead-code.ts';
import { setMetadata } from './metadata.ts';
import { renameNode, renameTensor } from './names.ts';
import { addInitializers, addNodes, makeNode, removeNodes, replaceNodes } from './nodes.ts';
import { run } from './run.test.helper.ts';

const PIXELS = Float32Array.from({ length: 3 * 8 * 8 }, (_, index) => Math.sin(index));
const IMAGE = new RuntimeTensor('float32', PIXELS, [1, 3, 8, 8]);
const FEATURES = {
  kind: 'tensor',
  elementType: 'float',
  shape: { dims: [1, 4, 8, 8].map((size) => ({ size })) },
} as const;

const convolutional = (): OnnxModel => readModel(fixturePath('convolutional'));
const controlFlow = (): OnnxModel => readModel(fixturePath('control-flow'));

async function scores(scope: TestScope, model = convolutional()): Promise<readonly number[] | undefined> {
  return (await run(scope, model, { image: IMAGE }))['probabilities'];
}

test('a model cut in two does what it did, in two steps, and joined again', async (t) => {
  const { upTo, from } = cutAt(convolutional(), ['active'], { active: FEATURES });
  assert.deepEqual(
    upTo.graph.nodes.map(({ op }) => op),
    ['Conv', 'Relu'],
  );
  assert.deepEqual(
    upTo.graph.initializers.map(({ name }) => name),
    ['kernel', 'bias'],
  );
  assert.deepEqual(
    from.graph.inputs.map(({ name }) => name),
    ['active'],
  );
  const expected = await scores(t);
  const active = (await run(t, upTo, { image: IMAGE }))['active'] ?? [];
  const fed = new RuntimeTensor('float32', Float32Array.from(active), [1, 4, 8, 8]);
  assert.deepEqual((await run(t, from, { active: fed }))['probabilities'], expected);
  assert.deepEqual(await scores(t, attach(upTo, from, { joins: { active: 'active' } })), expected);
});

test('a cut needs a tensor that a node makes, and its type', () => {
  assert.throws(() => cutAt(convolutional(), ['image']), {
    code: 'invalid_argument',
    message: /has no tensor image/,
  });
  const strange = replaceNodes(convolutional(), (node) =>
    node.outputs.includes('active') ? [{ ...node, op: 'Sharpen', domain: 'com.example' }] : undefined,
  );
  assert.throws(() => cutAt(strange, ['active']), {
    code: 'invalid_argument',
    message: /type of active/,
  });
});

test('a cut finds type and shape by following the nodes', () => {
  const { upTo, from } = cutAt(convolutional(), ['active']);
  for (const [end] of [upTo.graph.outputs, from.graph.inputs]) assert.deepEqual(end?.type, FEATURES);
});

test('the part between two tensors is a model', async (t) => {
  const { upTo } = cutAt(convolutional(), ['active']);
  const middle = cutBetween(convolutional(), { inputs: ['active'], outputs: ['probabilities'] });
  const active = (await run(t, upTo, { image: IMAGE }))['active'] ?? [];
  const fed = new RuntimeTensor('float32', Float32Array.from(active), [1, 4, 8, 8]);
  assert.deepEqual((await run(t, middle, { active: fed }))['probabilities'], await scores(t));
  const wrong: readonly [readonly string[], readonly string[], RegExp][] = [
    [[], ['active'], /^active cannot be computed without image: name that input, too/],
    [['image', 'probabilities'], ['active'], /^active does not depend on probabilities: leave it out/],
    [['image'], ['nothing'], /has no tensor nothing that a node makes/],
  ];
  for (const [inputs, outputs, message] of wrong)
    assert.throws(() => cutBetween(convolutional(), { inputs, outputs }), {
      code: 'invalid_argument',
      message,
    });
});

test('a joined model may name what it computes inside as the other one does', async (t) => {
  const { upTo, from } = cutAt(convolutional(), ['active']);
  const twice = attach(upTo, renameTensor(from, 'pooled', 'kernel'), {
    joins: { active: 'active' },
    renameInside: true,
  });
  assert.deepEqual(await scores(t, twice), await scores(t));
});

test('a model behind itself needs a prefix, and element types that fit', async (t) => {
  const model = controlFlow();
  const joins = { start: 'end' };
  assert.throws(() => attach(model, model, { joins }), {
    code: 'invalid_argument',
    message: /give a prefix/,
  });
  const twice = attach(model, model, { joins, prefixes: { second: 'again/' }, keep: ['end'] });
  const flag = new RuntimeTensor('bool', Uint8Array.of(1), []);
  const start = new RuntimeTensor('float32', Float32Array.of(0, 1), [2]);
  const once = await run(t, model, { start, up: flag });
  const answers = await run(t, twice, { start, up: flag, 'again/up': flag });
  assert.deepEqual(answers['end'], once['end']);
  const [first = 0, second = 0] = once['end'] ?? [];
  const [left = 0, right = 0] = answers['again/end'] ?? [];
  assert.ok(Math.abs(left - 2 * first) < 1e-5 && Math.abs(right - (2 * second - 1)) < 1e-5);
  assert.throws(
    () => attach(castOutput(model, 'end', 'float16'), model, { joins, prefixes: { second: '2' } }),
    {
      message: /tensor\(float16\), and start takes tensor\(float\)/,
    },
  );
});

test('a tensor gets another name wherever it is spoken of, also in graphs of nodes', async (t) => {
  const model = renameTensor(renameTensor(controlFlow(), 'step', 'stride'), 'up', 'upwards');
  const feeds = {
    start: new RuntimeTensor('float32', Float32Array.of(0, 1), [2]),
    upwards: new RuntimeTensor('bool', Uint8Array.of(0), []),
  };
  const { upwards, ...rest } = feeds;
  const expected = await run(t, controlFlow(), { ...rest, up: upwards });
  assert.deepEqual(await run(t, model, feeds), expected);
  assert.throws(() => renameTensor(model, 'stride', 'state'), { message: /that name is taken/ });
  assert.throws(() => renameTensor(model, 'step', 'other'), { message: /has no tensor step/ });
});

test('a graph of a node that gives the name to another value keeps it', () => {
  const make = makeNode({ op: 'Neg', inputs: ['outer'], outputs: ['x'] });
  const inner = {
    ...controlFlow().graph,
    nodes: [make],
    initializers: [],
    inputs: [],
    outputs: [{ name: 'x', metadata: [] }],
  };
  const attributes = [{ name: 'then_branch', value: { kind: 'graph', value: inner } }] as const;
  const nodes = [
    makeNode({ op: 'Neg', inputs: ['image'], outputs: ['x'] }),
    makeNode({ op: 'If', inputs: ['x'], outputs: ['y'], attributes }),
  ];
  const model = convolutional();
  const renamed = renameTensor({ ...model, graph: { ...model.graph, nodes } }, 'x', 'z');
  assert.deepEqual(
    renamed.graph.nodes.map(({ inputs, outputs }) => [inputs, outputs]),
    [
      [['image'], ['z']],
      [['z'], ['y']],
    ],
  );
  assert.deepEqual(renamed.graph.nodes[1]?.attributes, attributes);
});

test('a node gets another name', () => {
  const model = renameNode(convolutional(), 'relu', 'rectify');
  assert.ok(model.graph.nodes.some(({ name }) => name === 'rectify'));
  assert.throws(() => renameNode(model, 'relu', 'x'), { message: /0 nodes are named relu/ });
  assert.throws(() => renameNode(model, 'pool', 'conv'), { message: /another one is/ });
});

test('nodes are added, replaced and removed, and brought into order', async (t) => {
  const model = addInitializers(convolutional(), [floatTensor('two', [], [2])]);
  const halves = replaceNodes(model, (node) => {
    if (node.name !== 'relu') return undefined;
    return [
      makeNode({ op: 'Div', inputs: ['doubled', 'two'], outputs: ['active'] }),
      makeNode({ op: 'Mul', inputs: ['rectified', 'two'], outputs: ['doubled'] }),
      { ...node, outputs: ['rectified'] },
    ];
  });
  assert.deepEqual(await scores(t, halves), await scores(t));
  const added = addNodes(halves, [makeNode({ op: 'Neg', inputs: ['doubled'], outputs: ['unused'] })]);
  assert.deepEqual(removeNodes(added, ({ op }) => op === 'Neg').graph.nodes, halves.graph.nodes);
  const cycle = makeNode({ op: 'Add', inputs: ['a', 'a'], outputs: ['a'] });
  assert.throws(() => addNodes(model, [cycle]), { code: 'invalid_argument', message: /a cycle/ });
});

test('what no output needs is removed, also in graphs of nodes', async (t) => {
  const model = readModel(fixturePath('every-kind'));
  const pruned = withoutDeadCode(model);
  assert.deepEqual(
    pruned.graph.initializers.map(({ name }) => name),
    ['weights'],
  );
  assert.deepEqual(
    pruned.graph.nodes.map(({ op }) => op),
    ['MatMul', 'Gemm', 'Elu'],
  );
  const fed = new RuntimeTensor('float32', new Float32Array(64).fill(0.5), [1, 64]);
  assert.deepEqual(await run(t, pruned, { x: fed }), await run(t, model, { x: fed }));
  assert.deepEqual(withoutDeadCode(controlFlow()), controlFlow());
});

test('initializers become Constant nodes, and come back', async (t) => {
  const constants = initializersToConstants(convolutional(), ['kernel', 'dense']);
  assert.equal(constants.graph.nodes.filter(({ op }) => op === 'Constant').length, 2);
  assert.deepEqual(await scores(t, constants), await scores(t));
  const back = constantsToInitializers(constants);
  assert.deepEqual(back.graph.nodes, convolutional().graph.nodes);
  assert.deepEqual(await scores(t, back), await scores(t));
  const lifted = constantsToInitializers(readModel(fixturePath('every-kind')));
  assert.ok(lifted.graph.nodes.every(({ op }) => op !== 'Constant'));
  requireValid(lifted);
});

test('inputs and outputs are cast under their names', async (t) => {
  const model = castOutput(castInput(convolutional(), 'image', 'double'), 'probabilities', 'double');
  const image = new RuntimeTensor('float64', Float64Array.from(PIXELS), [1, 3, 8, 8]);
  assert.deepEqual((await run(t, model, { image }))['probabilities'], await scores(t));
});

test('a model takes another batch', async (t) => {
  const model = setBatch(convolutional(), 'batch');
  const sizes = [...model.graph.inputs, ...model.graph.outputs].map(
    ({ type }) => type?.kind === 'tensor' && type.shape?.dims[0]?.size,
  );
  assert.deepEqual(sizes, ['batch', 'batch']);
  const two = new RuntimeTensor('float32', Float32Array.of(...PIXELS, ...PIXELS), [2, 3, 8, 8]);
  const expected = (await scores(t)) ?? [];
  assert.deepEqual((await run(t, model, { image: two }))['probabilities'], [...expected, ...expected]);
  assert.throws(() => setBatch(controlFlow(), 'batch'), { message: /up has no first dimension/ });
});

test('metadata is set and removed', () => {
  const model = setMetadata(readModel(fixturePath('every-kind')), { task: undefined, owner: 'us' });
  assert.deepEqual(
    model.metadata.map(({ key, value }) => [key, value]),
    [
      ['signature', 'serving_default'],
      ['owner', 'us'],
    ],
  );
});
