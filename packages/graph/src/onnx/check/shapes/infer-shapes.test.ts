import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { DIGITS, fixturePath, rewritten } from '../../fixtures.test.helper.ts';
import type { Graph, OnnxModel } from '../../model.ts';
import { readModel } from '../../read-model.ts';
import { checkModel, problemLine } from '../check-model.ts';
import type { Dims } from './shape.ts';
import {
  graphAttribute,
  graphOf,
  inferred,
  int,
  ints,
  modelOf,
  step,
  value,
  whole,
  zeros,
} from './shape-models.test.helper.ts';

const image = value('x', ['N', 3, 8, 8]);
const rows = value('x', ['N', 6]);

/** A model of one node and constants that takes x and makes y. */
function one(
  input: Graph['inputs'][number],
  op: string,
  inputs: readonly string[],
  initializers: Graph['initializers'],
  attributes: Parameters<typeof step>[3] = [],
): OnnxModel {
  return modelOf({
    inputs: [input],
    outputs: [value('y')],
    nodes: [step(op, inputs, 'y', attributes)],
    initializers,
  });
}

/** Models that cannot run, with what is said. ONNX Runtime refuses each, when it is loaded or with x as it is declared. */
const WRONG: readonly (readonly [string, OnnxModel, RegExp])[] = [
  [
    'sizes that cannot be stretched',
    one(rows, 'Add', ['x', 'b'], [zeros('b', [5])]),
    /node y \(Add\): Its inputs x \[N, 6\] and b \[5\] cannot be brought to one shape: axis -1/,
  ],
  [
    'inner sizes',
    one(rows, 'MatMul', ['x', 'w'], [zeros('w', [5, 2])]),
    /x \[N, 6\] and w \[5, 2\] cannot be multiplied: the inner/,
  ],
  [
    'a matrix that is not turned',
    one(rows, 'Gemm', ['x', 'w'], [zeros('w', [2, 6])]),
    /x \[N, 6\] and w \[2, 6\] cannot be multiplied/,
  ],
  [
    'a bias that is too long',
    one(rows, 'Gemm', ['x', 'w', 'b'], [zeros('w', [6, 2]), zeros('b', [3])]),
    /input b \[3\] cannot be stretched to the product, \[N, 2\]/,
  ],
  [
    'more axes than a Gemm takes',
    one(image, 'Gemm', ['x', 'w'], [zeros('w', [8, 2])]),
    /x \[N, 3, 8, 8\] has 4 axes, and must have 2/,
  ],
  [
    'channels of a kernel',
    one(image, 'Conv', ['x', 'w'], [zeros('w', [4, 2, 3, 3])]),
    /has 3 channels; the kernel w \[4, 2, 3, 3\] takes 2/,
  ],
  [
    'channels of a kernel in groups',
    one(image, 'Conv', ['x', 'w'], [zeros('w', [4, 3, 3, 3])], [int('group', 3)]),
    /takes 3 in each of 3 groups/,
  ],
  ['axes of a kernel', one(image, 'Conv', ['x', 'w'], [zeros('w', [4, 3, 3])]), /the same number of axes/],
  [
    'a bias of other channels',
    one(image, 'Conv', ['x', 'w', 'b'], [zeros('w', [4, 3, 3, 3]), zeros('b', [3])]),
    /Its bias b \[3\] must have one axis, with a number for each of the 4/,
  ],
  [
    'what a kernel is said to be',
    one(image, 'Conv', ['x', 'w'], [zeros('w', [4, 3, 3, 3])], [ints('kernel_shape', [3, 5])]),
    /kernel_shape says \[3, 5\]/,
  ],
  [
    'strides',
    one(image, 'MaxPool', ['x'], [], [ints('kernel_shape', [2, 2]), ints('strides', [2])]),
    /strides has 1 numbers, not 2/,
  ],
  [
    'a normalization of other channels',
    one(image, 'BatchNormalization', ['x', 'c', 'c', 'c', 'c'], [zeros('c', [4])]),
    /c \[4\] must have one axis, with a number for each of the 3 channels/,
  ],
  [
    'sizes besides the axis',
    one(rows, 'Concat', ['x', 'b'], [zeros('b', [2, 5])], [int('axis', 0)]),
    /b \[2, 5\] cannot be put behind \[N, 6\] along axis 0/,
  ],
  [
    'parts of another sum',
    one(rows, 'Split', ['x', 's'], [whole('s', 5)], [int('axis', 1)]),
    /splits axis 1 of x \[N, 6\] into \[5\], for 1/,
  ],
  [
    'another number of elements',
    one(value('x', [2, 6]), 'Reshape', ['x', 's'], [whole('s', 5, -1)]),
    /x \[2, 6\] has another number of elements than its shape \[5, -1\]/,
  ],
  [
    'an order of other axes',
    one(rows, 'Transpose', ['x'], [], [ints('perm', [0, 2, 1])]),
    /perm is \[0, 2, 1\], which is no order of the axes of x/,
  ],
  [
    'an axis that is not 1',
    one(rows, 'Squeeze', ['x', 's'], [whole('s', 1)]),
    /takes away axis 1 of x \[N, 6\], which is not 1/,
  ],
  [
    'an axis that is not there',
    one(rows, 'ArgMax', ['x'], [], [int('axis', 2)]),
    /axis 2 is not one of the 2 axes of x/,
  ],
  [
    'a stretching that shrinks',
    one(rows, 'Expand', ['x', 's'], [whole('s', 1, 5)]),
    /x \[N, 6\] cannot be stretched to \[1, 5\]/,
  ],
  [
    'more than there are',
    one(rows, 'TopK', ['x', 's'], [whole('s', 7)]),
    /takes the best 7 along axis 1 of x \[N, 6\], which has only 6/,
  ],
  [
    'features of an LSTM',
    one(
      value('x', [2, 1, 3]),
      'LSTM',
      ['x', 'w', 'r'],
      [zeros('w', [1, 8, 4]), zeros('r', [1, 8, 2])],
      [int('hidden_size', 2)],
    ),
    /has 3 features; its weights w \[1, 8, 4\] take 4/,
  ],
];

for (const [name, model, expected] of WRONG) {
  test(`wrong: ${name}`, async (t) => {
    assert.match(checkModel(model).map(problemLine).join('\n'), expected);
    const path = await rewritten(t, { ...model, graph: { ...model.graph, outputs: [value('y')] } });
    await assert.rejects(run(path, model));
  });
}

async function run(path: string, { graph }: OnnxModel): Promise<Readonly<Record<string, Dims>>> {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  try {
    const feeds = graph.inputs.map(({ name = '', type }) => {
      const dims = type?.kind === 'tensor' ? (type.shape?.dims ?? []) : [];
      const sizes = dims.map(({ size }) => (typeof size === 'number' ? size : 2));
      const count = sizes.reduce((all, size) => all * size, 1);
      return [name, new RuntimeTensor('float32', new Float32Array(count), sizes)] as const;
    });
    const found = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(Object.entries(found).map(([name, { dims }]) => [name, dims]));
  } finally {
    await session.release();
  }
}

test('a shape that is computed from shapes is followed', async (t) => {
  const model = modelOf({
    inputs: [value('x', ['N', 4, 3, 5])],
    outputs: [value('flat'), value('back'), value('half')],
    initializers: [
      whole('first', 0),
      whole('rest', -1),
      whole('two', 2),
      whole('heads', 2, 2),
      whole('tail', 1),
      whole('far', 99),
    ],
    nodes: [
      step('Shape', ['x'], 'shape'),
      step('Gather', ['shape', 'first'], 'batch'),
      step('Concat', ['batch', 'rest'], 'wanted', [int('axis', 0)]),
      step('Reshape', ['x', 'wanted'], 'flat'),
      step('Slice', ['shape', 'two', 'far'], 'spatial'),
      step('Concat', ['batch', 'heads', 'spatial'], 'all', [int('axis', 0)]),
      step('Reshape', ['flat', 'all'], 'back'),
      step('Slice', ['shape', 'tail', 'two'], 'four'),
      step('Div', ['four', 'two'], 'halved'),
      step('Concat', ['halved', 'rest'], 'other', [int('axis', 0)]),
      step('Reshape', ['flat', 'other'], 'half'),
    ],
  });
  const { flat, back, half } = inferred(model);
  assert.deepEqual(
    [flat, back, half],
    [
      ['N', 60],
      ['N', 2, 2, 3, 5],
      [2, undefined],
    ],
  );
  assert.deepEqual(checkModel(model), []);
  assert.deepEqual(await run(await rewritten(t, model), model), {
    flat: [2, 60],
    back: [2, 2, 2, 3, 5],
    half: [2, 60],
  });
});

test('shapes that the file says and that do not follow are problems, all at once', () => {
  const model = modelOf({
    inputs: [image],
    outputs: [value('y', ['N', 193])],
    valueInfo: [value('r', ['N', 3, 8])],
    nodes: [step('Relu', ['x'], 'r'), step('Flatten', ['r'], 'y')],
  });
  assert.deepEqual(
    checkModel(model).map(({ why }) => why),
    [
      'y is of the shape [N, 192], and is said to be [N, 193].',
      'r is of the shape [N, 3, 8, 8], and is said to be [N, 3, 8].',
    ],
  );
});

test('names that only say that a size is unknown do not make sizes the same', () => {
  const model = (size: string): OnnxModel =>
    modelOf({
      inputs: [value('x', [size, 4]), value('s', [size, 2])],
      outputs: [value('y')],
      initializers: [whole('first', 0), whole('rest', -1)],
      nodes: [
        step('Shape', ['s'], 'shape'),
        step('Gather', ['shape', 'first'], 'batch'),
        step('Concat', ['batch', 'rest'], 'wanted', [int('axis', 0)]),
        step('Reshape', ['x', 'wanted'], 'y'),
      ],
    });
  assert.deepEqual(inferred(model('N'))['y'], ['N', 4]);
  assert.deepEqual(inferred(model('None'))['y'], [undefined, undefined]);
});

test('a branch that is never taken may be wrong; what both make is known', () => {
  const branch = (op: string, other: string, dims: readonly number[]): Graph =>
    graphOf({
      outputs: [value('z')],
      initializers: [zeros('b', dims)],
      nodes: [step(op, ['x', other], 'z')],
    });
  const model = modelOf({
    inputs: [rows, value('c', [])],
    outputs: [value('y')],
    nodes: [
      step('Cast', ['c'], 'decides', [int('to', 9)]),
      step('If', ['decides'], 'y', [
        graphAttribute('then_branch', branch('Add', 'b', [1])),
        graphAttribute('else_branch', branch('MatMul', 'b', [6, 6])),
      ]),
      step('If', ['decides'], 'dead', [
        graphAttribute('then_branch', branch('Add', 'b', [5])),
        graphAttribute('else_branch', branch('Add', 'b', [1])),
      ]),
    ],
  });
  assert.deepEqual(checkModel(model), []);
  const { y, dead } = inferred(model);
  assert.deepEqual([y, dead], [['N', 6], undefined]);
});

test('what grows in a loop is not known, and what stays is', () => {
  const body = graphOf({
    inputs: [value('i', [], 'int64'), value('go'), value('grows'), value('stays')],
    outputs: [value('go'), value('more'), value('same'), value('row')],
    nodes: [
      step('Concat', ['grows', 'x'], 'more', [int('axis', 0)]),
      step('Relu', ['stays'], 'same'),
      step('ReduceSum', ['stays'], 'row', [int('keepdims', 0)]),
    ],
  });
  const model = modelOf({
    inputs: [value('x', [2, 6])],
    initializers: [whole('times', 3)],
    nodes: [
      {
        ...step('Loop', ['times', '', 'x', 'x'], 'a', [graphAttribute('body', body)]),
        outputs: ['a', 'b', 'rows'],
      },
    ],
  });
  const { a, b, rows: all } = inferred(model);
  assert.deepEqual([a, b, all], [[undefined, 6], [2, 6], [undefined]]);
});

test('a graph that is made to be large takes bounded time', () => {
  // Each loop tries its body three times, and the bodies are forty deep; elements double at each step.
  let body = graphOf({ outputs: [value('x')], nodes: [step('Relu', ['x'], 'r')] });
  for (let depth = 0; depth < 40; depth += 1) {
    const loop = step('Loop', ['n', '', 'x'], `l${depth}`, [graphAttribute('body', body)]);
    body = graphOf({
      inputs: [value('i'), value('go'), value('s')],
      outputs: [value('go'), value(`l${depth}`)],
      nodes: [step('Concat', ['s', 's'], 'ss', [int('axis', 0)]), loop],
    });
  }
  const doubling = Array.from({ length: 60 }, (_, index) =>
    step('Concat', [`e${index}`, `e${index}`], `e${index + 1}`, [int('axis', 0)]),
  );
  const deeper = Array.from({ length: 60 }, (_, index) =>
    step('Unsqueeze', [`d${index}`, 'zero'], `d${index + 1}`),
  );
  const model = modelOf({
    inputs: [value('x', [2, 6]), value('d0', [2])],
    initializers: [whole('n', 3), whole('zero', 0), whole('e0', 1, 2)],
    nodes: [...doubling, ...deeper, step('Loop', ['n', '', 'x'], 'y', [graphAttribute('body', body)])],
  });
  const { e30, e60, d31, d60, y } = inferred(model);
  assert.deepEqual([e30, e60, d31?.length, d60, y], [[2 ** 31], [undefined], 32, undefined, undefined]);
});

test('models of this project have the shapes that they are said to have', () => {
  const digits = readModel(DIGITS);
  const output = digits.graph.outputs[0]?.name ?? '';
  assert.deepEqual(inferred(digits)[output]?.at(-1), 10);
  assert.deepEqual(inferred(readModel(fixturePath('convolutional')))['probabilities'], [1, 5]);
  assert.deepEqual(inferred(readModel(fixturePath('every-kind')))['y'], ['N', 65]);
});
