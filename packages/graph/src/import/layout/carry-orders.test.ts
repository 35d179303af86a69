import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestScope } from '@slipway/testkit';
import { withoutDeadCode } from '../../onnx/edit/dead-code.ts';
import { floatTensor, intTensor } from '../../onnx/make-tensor.ts';
import type { Graph, Node, OnnxModel, Tensor } from '../../onnx/model.ts';
import type { Attributes } from '../emitter.ts';
import { answersOf, countedTensor, nodeOf, smallModel } from '../small-model.test.helper.ts';
import type { Dims } from '../value.ts';
import { carryOrders } from './carry-orders.ts';
import { RULES } from './rules.ts';

const LAST = { perm: [0, 2, 3, 1] };
const FIRST = { perm: [0, 3, 1, 2] };

/** Images, channels first: two, of three channels, four rows and five columns. */
const SHAPE = [2, 3, 4, 5];
const SHAPE_LAST = [2, 4, 5, 3];

/** An op of a tensor whose channels are last, with constants behind it. */
interface Example {
  readonly op: string;
  readonly constants?: readonly (readonly [
    dims: readonly number[],
    values: readonly number[],
    whole?: true,
  ])[];
  readonly attributes?: Attributes;
  /** What comes of it has its channels last, too; otherwise it has lost axes. */
  readonly keeps?: false;
  readonly bool?: true;
}

const axes = (...values: readonly number[]) => [[values.length], values, true] as const;
const channels = [[3], [1, 2, 3]] as const;
const scalar = [[], [0.5]] as const;
const UNARY =
  'Abs Ceil Celu Cos Cosh Elu Erf Exp Floor HardSigmoid HardSwish IsInf IsNaN LeakyRelu Log Mish Neg Reciprocal Relu Round Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Tan Tanh ThresholdedRelu';
const BINARY = 'Add Div Equal Greater GreaterOrEqual Less LessOrEqual Max Min Mul Pow PRelu Sub';
const REDUCTIONS =
  'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare';

const EXAMPLES: readonly Example[] = [
  ...UNARY.split(' ').map((op) => ({ op })),
  ...BINARY.split(' ').map((op) => ({ op, constants: [channels] })),
  { op: 'Add', constants: [scalar] },
  { op: 'Add', constants: [[[4, 1, 3], Array.from({ length: 12 }, (_, index) => index)]] },
  {
    op: 'Clip',
    constants: [
      [[], [-2]],
      [[], [6]],
    ],
  },
  { op: 'Cast', attributes: { to: 7 } },
  { op: 'Mod', constants: [channels], attributes: { fmod: 1 } },
  { op: 'Not', bool: true },
  ...REDUCTIONS.split(' ').map((op) => ({ op, constants: [axes(1, 2)] })),
  { op: 'ReduceMean', constants: [axes(-1)] },
  { op: 'ReduceMean', constants: [axes(1, 2)], attributes: { keepdims: 0 }, keeps: false },
  { op: 'ReduceMax', constants: [axes(-2)], attributes: { keepdims: 0 }, keeps: false },
  { op: 'ArgMax', attributes: { axis: -1 } },
  { op: 'ArgMin', attributes: { axis: 2, keepdims: 0 }, keeps: false },
  { op: 'Gather', constants: [[[2], [2, 0], true]], attributes: { axis: 3 } },
  { op: 'Gather', constants: [[[], [1], true]], attributes: { axis: 1 }, keeps: false },
  {
    op: 'Concat',
    constants: [[[2, 4, 5, 1], Array.from({ length: 40 }, (_, index) => index)]],
    attributes: { axis: 3 },
  },
  { op: 'Softmax', attributes: { axis: -1 } },
  { op: 'LogSoftmax', attributes: { axis: 3 } },
  { op: 'Hardmax', attributes: { axis: 3 } },
  { op: 'Pad', constants: [[[8], [0, 1, 2, 0, 0, 3, 0, 1], true], scalar] },
  { op: 'Pad', constants: [[[8], [0, 1, 2, 0, 0, 3, 0, 1], true]], attributes: { mode: 'reflect' } },
  { op: 'Slice', constants: [axes(1, 2), axes(3, 0), axes(-3, 2), axes(1, -1)] },
  { op: 'Tile', constants: [axes(1, 2, 3, 1)] },
  { op: 'Unsqueeze', constants: [axes(1)], keeps: false },
  { op: 'Unsqueeze', constants: [axes(-1)], keeps: false },
];

for (const example of EXAMPLES)
  test(`${example.op} takes channels where they lie: ${JSON.stringify(example)}`, async (t) => {
    const carried = await assertSame(t, modelOf(example));
    const expected = example.keeps === false ? 1 : 0;
    assert.ok(count(carried.graph, 'Transpose') <= expected);
    assert.equal(count(carried.graph, example.op), 1);
  });

test('every rule has an example', () => {
  const shown = new Set(EXAMPLES.map(({ op }) => op));
  const unlike = ['And', 'BitwiseAnd', 'BitwiseNot', 'BitwiseOr', 'BitwiseXor', 'Identity', 'Or', 'Xor'];
  const below = ['Split', 'Squeeze', 'Where'];
  assert.deepEqual(new Set([...RULES.keys()].filter((op) => !shown.has(op))), new Set([...unlike, ...below]));
});

/** A graph of several nodes, whose transpositions are counted. */
const GRAPHS: readonly {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly constants?: readonly Tensor[];
  readonly shapes?: Readonly<Record<string, Dims>>;
  readonly transposes: number;
}[] = [
  {
    name: 'two branches that meet',
    nodes: [
      nodeOf('Transpose', ['x'], ['t'], LAST),
      nodeOf('Relu', ['t'], ['a']),
      nodeOf('Sigmoid', ['t'], ['b']),
      nodeOf('Where', ['m', 'a', 'b'], ['c']),
      nodeOf('Transpose', ['c'], ['y'], FIRST),
    ],
    constants: [
      { ...floatTensor('m', [1], [1]), elementType: 'bool', data: { form: 'raw', bytes: Uint8Array.of(1) } },
    ],
    transposes: 0,
  },
  {
    name: 'a tensor that lies otherwise is brought into the same order, once',
    nodes: [
      nodeOf('Transpose', ['x'], ['t'], LAST),
      nodeOf('Reshape', ['x', 'last'], ['r'], { allowzero: 1 }),
      nodeOf('Add', ['t', 'r'], ['a']),
      nodeOf('Mul', ['a', 'r'], ['b']),
      nodeOf('Transpose', ['b'], ['y'], FIRST),
    ],
    constants: [intTensor('last', [4], [2n, 4n, 5n, 3n])],
    shapes: { r: SHAPE_LAST },
    transposes: 1,
  },
  {
    name: 'the order of rows that are flattened',
    nodes: [
      nodeOf('Transpose', ['x'], ['t'], LAST),
      nodeOf('Relu', ['t'], ['a']),
      nodeOf('Reshape', ['a', 'flat'], ['y'], { allowzero: 1 }),
    ],
    constants: [intTensor('flat', [2], [2n, 60n])],
    transposes: 1,
  },
  {
    name: 'rows of one pixel are flattened as they lie',
    nodes: [
      nodeOf('ReduceMean', ['x', 'axes'], ['m']),
      nodeOf('Transpose', ['m'], ['t'], LAST),
      nodeOf('Reshape', ['t', 'flat'], ['y'], { allowzero: 1 }),
    ],
    constants: [intTensor('axes', [2], [2n, 3n]), intTensor('flat', [2], [2n, 3n])],
    shapes: { m: [2, 3, 1, 1], t: [2, 1, 1, 3] },
    transposes: 0,
  },
  {
    name: 'one pixel of unknown number is reshaped',
    nodes: [
      nodeOf('ReduceMean', ['x', 'axes'], ['m']),
      nodeOf('Transpose', ['m'], ['t'], LAST),
      nodeOf('MatMul', ['t', 'w'], ['y']),
    ],
    constants: [intTensor('axes', [2], [2n, 3n]), floatTensor('w', [3, 2], [1, 2, 3, 4, 5, 6])],
    shapes: { m: [null, 3, 1, 1], t: [null, 1, 1, 3] },
    transposes: 0,
  },
  {
    name: 'sizes are those of the tensor, not of how it lies',
    nodes: [
      nodeOf('Transpose', ['x'], ['t'], LAST),
      nodeOf('Relu', ['t'], ['a']),
      nodeOf('Shape', ['a'], ['y']),
    ],
    transposes: 0,
  },
  {
    name: 'parts of a split',
    nodes: [
      nodeOf('Transpose', ['x'], ['t'], LAST),
      nodeOf('Split', ['t', 'sizes'], ['a', 'b'], { axis: -1 }),
      nodeOf('Concat', ['b', 'a'], ['c'], { axis: 3 }),
      nodeOf('Transpose', ['c'], ['y'], FIRST),
    ],
    constants: [intTensor('sizes', [2], [1n, 2n])],
    shapes: { a: [2, 4, 5, 1], b: [2, 4, 5, 2] },
    transposes: 0,
  },
  {
    name: 'rows as images of one row and back',
    nodes: [
      nodeOf('Squeeze', ['rows', 'one'], ['s']),
      nodeOf('Transpose', ['s'], ['t'], { perm: [0, 2, 1] }),
      nodeOf('Unsqueeze', ['t', 'one'], ['u']),
      nodeOf('Transpose', ['u'], ['v'], FIRST),
      nodeOf('Relu', ['v'], ['r']),
      nodeOf('Transpose', ['r'], ['l'], LAST),
      nodeOf('Squeeze', ['l', 'one'], ['q']),
      nodeOf('Transpose', ['q'], ['y'], { perm: [0, 2, 1] }),
    ],
    constants: [
      intTensor('one', [1], [1n]),
      floatTensor(
        'rows',
        [2, 1, 3, 4],
        Array.from({ length: 24 }, (_, index) => index - 9),
      ),
    ],
    transposes: 0,
  },
  {
    name: 'a tensor of the graph around is there for one within',
    nodes: [
      nodeOf('Transpose', ['x'], ['t'], LAST),
      {
        ...nodeOf('If', ['yes'], ['y']),
        attributes: ['then_branch', 'else_branch'].map((name) => ({
          name,
          value: { kind: 'graph', value: within(`${name}/r`) } as const,
        })),
      },
    ],
    constants: [
      { ...floatTensor('yes', [], [1]), elementType: 'bool', data: { form: 'raw', bytes: Uint8Array.of(1) } },
    ],
    transposes: 1,
  },
  {
    name: 'attention gains nothing from it',
    nodes: [
      nodeOf('Transpose', ['x'], ['t'], { perm: [0, 2, 1, 3] }),
      nodeOf('Reshape', ['x', 'other'], ['r'], { allowzero: 1 }),
      nodeOf('Add', ['t', 'r'], ['a']),
      nodeOf('Relu', ['a'], ['y']),
    ],
    constants: [intTensor('other', [4], [2n, 4n, 3n, 5n])],
    shapes: { r: [2, 4, 3, 5] },
    transposes: 1,
  },
];

for (const { name, nodes, constants = [], shapes = {}, transposes } of GRAPHS)
  test(name, async (t) => {
    const dtype = nodes.at(-1)?.op === 'Shape' ? 'int64' : 'float32';
    const model = smallModel(
      [{ name: 'x', dtype: 'float32', shape: SHAPE }],
      [{ name: 'y', dtype }],
      nodes,
      constants,
    );
    const carried = await assertSame(t, model, shapes);
    assert.equal(count(carried.graph, 'Transpose'), transposes);
  });

function within(name: string): Graph {
  const inner = smallModel([], [{ name, dtype: 'float32' }], [nodeOf('Relu', ['t'], [name])]);
  return inner.graph;
}

function modelOf({ op, constants = [], attributes = {}, keeps, bool }: Example): OnnxModel {
  const tensors = constants.map(([dims, values, whole], index) =>
    whole ? intTensor(`c${index}`, dims, values.map(BigInt)) : floatTensor(`c${index}`, dims, values),
  );
  const dtype = bool ? 'bool' : 'float32';
  const result = /^Is|Equal|Greater|Less|Not/.test(op)
    ? 'bool'
    : op.startsWith('Arg') || op === 'Cast'
      ? 'int64'
      : dtype;
  const inner = nodeOf(
    op,
    ['t', ...tensors.map(({ name = '' }) => name)],
    [keeps === false ? 'y' : 'o'],
    attributes,
  );
  const nodes = [nodeOf('Transpose', ['x'], ['t'], LAST), inner];
  if (keeps !== false) nodes.push(nodeOf('Transpose', ['o'], ['y'], FIRST));
  return smallModel([{ name: 'x', dtype, shape: SHAPE }], [{ name: 'y', dtype: result }], nodes, tensors);
}

/** Holds that the model answers as it did, and gives it as it is then. */
async function assertSame(
  scope: TestScope,
  model: OnnxModel,
  shapes: Readonly<Record<string, Dims>> = {},
): Promise<OnnxModel> {
  const known = new Map<string, Dims>([['x', SHAPE], ['t', SHAPE_LAST], ...Object.entries(shapes)]);
  const carried = withoutDeadCode(carryOrders(model, known));
  const elementType = model.graph.inputs[0]?.type;
  const bool = elementType?.kind === 'tensor' && elementType.elementType === 'bool';
  const feeds = { x: countedTensor(SHAPE, bool ? 'bool' : 'float32') };
  const [before, after] = [await answersOf(scope, model, feeds), await answersOf(scope, carried, feeds)];
  assert.deepEqual(after['y']?.dims, before['y']?.dims);
  assert.deepEqual(after['y']?.data, before['y']?.data);
  return carried;
}

function count({ nodes }: Graph, wanted: string): number {
  return nodes.filter(({ op }) => op === wanted).length;
}
