import type { Attribute, Node } from '../../onnx/model.ts';
import { composed, type Order, withAxis, without } from './permutation.ts';

/** What a rule may ask about a node's inputs. */
export interface Inputs {
  /** The tensor's number of dimensions; `undefined` where it is not known. */
  readonly rank: (name: string) => number | undefined;
  /** The elements of a constant of whole numbers; `undefined` of what is computed. */
  readonly integers: (name: string) => readonly number[] | undefined;
  /** Whether the tensor lies in another order. */
  readonly isCarried: (name: string) => boolean;
  /** The name of the tensor with its axes as they lie; `undefined` where it cannot be had so. */
  readonly asLies: (name: string, order: Order) => string | undefined;
  /** The name of a new constant. */
  readonly constant: (after: string, values: readonly number[]) => string;
}

/** The node as it goes on with operands as they lie, of whose outputs `order` makes what the node would have made. */
export interface Moved {
  readonly inputs: readonly string[];
  readonly attributes?: readonly Attribute[];
  readonly order: Order;
}

/**
 * How a node computes with operands whose axes lie in another order: the tensor that it should take is the one that
 * lies, transposed by `order`. `undefined` where it has to have them transposed.
 */
export type Rule = (node: Node, order: Order, inputs: Inputs) => Moved | undefined;

/** Ops of one element at a time, which are broadcast. */
const elementwise: Rule = ({ inputs: names }, order, inputs) => {
  const ranks = names.filter((name) => name !== '').map(inputs.rank);
  if (ranks.some((rank) => rank === undefined || rank > order.length)) return undefined;
  return each(names, (name) => (name === '' ? '' : inputs.asLies(name, order)), order);
};

const concat: Rule = (node, order, inputs) => {
  const axis = axisOf(node, order.length);
  const moved = each(node.inputs, (name) => inputs.asLies(name, order), order);
  return axis === undefined || moved === undefined
    ? undefined
    : { ...moved, attributes: [...others(node, 'axis'), int('axis', order[axis] as number)] };
};

/** Ops that go along one axis, of a tensor that keeps all of them. */
const along: Rule = (node, order, inputs) => {
  const [x = '', ...rest] = node.inputs;
  const axis = axisOf(node, order.length);
  if (axis === undefined || rest.some(inputs.isCarried)) return undefined;
  return changed(x, rest, order, inputs, [...others(node, 'axis'), int('axis', order[axis] as number)]);
};

/** ArgMax and ArgMin. */
const argument: Rule = (node, order, inputs) => {
  const axis = axisOf(node, order.length);
  const moved = along(node, order, inputs);
  if (axis === undefined || moved === undefined) return undefined;
  return intOf(node, 'keepdims', 1) === 1 ? moved : { ...moved, order: without(order, [axis]) };
};

const gather: Rule = (node, order, inputs) => {
  const axis = axisOf(node, order.length);
  const rank = inputs.rank(node.inputs[1] ?? '');
  const moved = along(node, order, inputs);
  if (axis === undefined || moved === undefined || rank === undefined || rank > 1) return undefined;
  return rank === 1 ? moved : { ...moved, order: without(order, [axis]) };
};

const reduction: Rule = (node, order, inputs) => {
  const [x = '', given] = node.inputs;
  const axes = axesOf(given, order.length, inputs);
  if (axes === undefined) return undefined;
  const lies = inputs.constant(given as string, composed(order, axes));
  const left = intOf(node, 'keepdims', 1) === 1 ? order : without(order, axes);
  const moved = changed(x, [lies], order, inputs);
  return moved && { ...moved, order: left };
};

const squeeze: Rule = (node, order, inputs) => {
  const [x = '', given] = node.inputs;
  const axes = axesOf(given, order.length, inputs);
  if (axes === undefined) return undefined;
  const moved = changed(x, [inputs.constant(given as string, composed(order, axes))], order, inputs);
  return moved && { ...moved, order: without(order, axes) };
};

const unsqueeze: Rule = (node, order, inputs) => {
  const [x = '', given = ''] = node.inputs;
  const axes = axesOf(given, order.length + 1, inputs);
  const [axis] = axes ?? [];
  if (axis === undefined || axes?.length !== 1) return undefined;
  const added = withAxis(order, axis);
  const moved = changed(x, [inputs.constant(given, [added.source])], order, inputs);
  return moved && { ...moved, order: added.order };
};

const pad: Rule = (node, order, inputs) => {
  const [x = '', given = '', ...rest] = node.inputs;
  const pads = inputs.integers(given);
  // With axes of its own it would need those in the other order, and no mapper says any.
  if (pads?.length !== order.length * 2 || rest.length > 1) return undefined;
  const lies = [0, order.length].flatMap((side) =>
    order.map((_, axis) => pads[side + order.indexOf(axis)] as number),
  );
  return changed(x, [inputs.constant(given, lies), ...rest], order, inputs);
};

const tile: Rule = (node, order, inputs) => {
  const [x = '', given = ''] = node.inputs;
  const times = inputs.integers(given);
  if (times?.length !== order.length) return undefined;
  const lies = order.map((_, axis) => times[order.indexOf(axis)] as number);
  return changed(x, [inputs.constant(given, lies)], order, inputs);
};

const slice: Rule = (node, order, inputs) => {
  const [x = '', starts = '', ends = '', given, ...steps] = node.inputs;
  const axes = axesOf(given, order.length, inputs);
  if (axes === undefined) return undefined;
  const lies = inputs.constant(given as string, composed(order, axes));
  return changed(x, [starts, ends, lies, ...steps], order, inputs);
};

function changed(
  x: string,
  rest: readonly string[],
  order: Order,
  inputs: Inputs,
  attributes?: readonly Attribute[],
): Moved | undefined {
  const lies = inputs.isCarried(x) ? inputs.asLies(x, order) : undefined;
  return lies === undefined
    ? undefined
    : { inputs: [lies, ...rest], order, ...(attributes && { attributes }) };
}

function each(
  names: readonly string[],
  lies: (name: string) => string | undefined,
  order: Order,
): Moved | undefined {
  const found = names.map(lies);
  return found.includes(undefined) ? undefined : { inputs: found as string[], order };
}

/** The axes counted from the first; `undefined` where they are computed or left out. */
function axesOf(name: string | undefined, rank: number, inputs: Inputs): readonly number[] | undefined {
  return inputs.integers(name ?? '')?.map((axis) => (axis < 0 ? axis + rank : axis));
}

function axisOf(node: Node, rank: number): number | undefined {
  const axis = intOf(node, 'axis', Number.NaN);
  if (!Number.isInteger(axis)) return undefined;
  return axis < 0 ? axis + rank : axis;
}

function intOf({ attributes }: Node, wanted: string, otherwise: number): number {
  const value = attributes.find(({ name }) => name === wanted)?.value;
  return value?.kind === 'int' ? Number(value.value) : otherwise;
}

function int(name: string, value: number): Attribute {
  return { name, value: { kind: 'int', value: BigInt(value) } };
}

function others({ attributes }: Node, without: string): readonly Attribute[] {
  return attributes.filter(({ name }) => name !== without);
}

const ELEMENTWISE =
  'Abs Add And BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast Ceil Celu Clip Cos Cosh Div Elu Equal Erf Exp Floor Greater GreaterOrEqual HardSigmoid HardSwish Identity IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Min Mish Mod Mul Neg Not Or PRelu Pow Reciprocal Relu Round Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Sub Tan Tanh ThresholdedRelu Where Xor';

const REDUCTIONS =
  'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare';

/** By ONNX's ops. What is not here takes its operands transposed. */
export const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...ELEMENTWISE.split(' ').map((op) => [op, elementwise] as const),
  ...REDUCTIONS.split(' ').map((op) => [op, reduction] as const),
  ['ArgMax', argument],
  ['ArgMin', argument],
  ['Concat', concat],
  ['Gather', gather],
  ['Hardmax', along],
  ['LogSoftmax', along],
  ['Pad', pad],
  ['Slice', slice],
  ['Softmax', along],
  ['Split', along],
  ['Squeeze', squeeze],
  ['Tile', tile],
  ['Unsqueeze', unsqueeze],
]);
