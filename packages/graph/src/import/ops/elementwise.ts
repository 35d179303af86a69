import { onnxTypeNumber } from '../emitter.ts';
import {
  axisOf,
  boolAttribute,
  finish,
  floatAttribute,
  input,
  integers,
  type Mapper,
  type Operation,
  rankOf,
  step,
  typeAttribute,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import { broadcast, type Value } from '../value.ts';
import { chosen } from './choice.ts';

const FLOATS: ReadonlySet<string> = new Set(['float32', 'float64', 'float16']);

function requireFloats({ dtype }: Value): void {
  if (!FLOATS.has(dtype))
    throw new NotConverted(`It computes with ${dtype}.`, 'Cast to float32 before it in the model.');
}

function unary(op: string): Mapper {
  return (operation) => {
    const x = input(operation, 0);
    return finish(operation, op, [x], { dtype: x.dtype, shape: x.shape });
  };
}

/** As `unary`, of numbers with a point only. */
function unaryOfFloats(
  op: string,
  attributes: (operation: Operation) => Record<string, { float: number }>,
): Mapper {
  return (operation) => {
    const x = input(operation, 0);
    requireFloats(x);
    return finish(operation, op, [x], { dtype: x.dtype, shape: x.shape }, attributes(operation));
  };
}

type Arithmetic = (a: number, b: number) => number;

function binary(op: string, compute?: Arithmetic): Mapper {
  return (operation) => {
    const [a, b] = [input(operation, 0), input(operation, 1)];
    const known = compute === undefined ? undefined : computed(a, b, compute);
    return finish(operation, op, [a, b], { dtype: a.dtype, shape: broadcast(a.shape, b.shape), known });
  };
}

/** What comes of whole numbers that are known, where it is one in 32 bits: beyond, TensorFlow wraps around. */
export function computed(a: Value, b: Value, compute: Arithmetic): readonly (number | null)[] | undefined {
  if (a.known === undefined || b.known === undefined) return undefined;
  const [x, y] = [a.known, b.known];
  if (x.length !== y.length && x.length !== 1 && y.length !== 1) return undefined;
  return Array.from({ length: x.length === 1 ? y.length : x.length }, (_, index) => {
    const [left, right] = [x[x.length === 1 ? 0 : index], y[y.length === 1 ? 0 : index]];
    if (left == null || right == null) return null;
    const value = compute(left, right);
    return Math.abs(value) < 2 ** 31 ? value : null;
  });
}

function comparison(op: string, negated = false): Mapper {
  return (operation) => {
    const [a, b] = [input(operation, 0), input(operation, 1)];
    if (!boolAttribute(operation, 'incompatible_shape_error', true))
      throw new NotConverted('It compares tensors whose shapes may differ.', 'Compare tensors of one shape.');
    const result = { dtype: 'bool', shape: broadcast(a.shape, b.shape) };
    if (!negated) return finish(operation, op, [a, b], result);
    return finish(operation, 'Not', [step(operation, op, [a, b], result)], result);
  };
}

const relu6: Mapper = (operation) => {
  const { node, emitter } = operation;
  const x = input(operation, 0);
  const [low, high] = [0, 6].map((limit) => emitter.number(node.name, limit, x.dtype)) as [Value, Value];
  return finish(operation, 'Clip', [x, low, high], { dtype: x.dtype, shape: x.shape });
};

const square: Mapper = (operation) => {
  const x = input(operation, 0);
  return finish(operation, 'Mul', [x, x], { dtype: x.dtype, shape: x.shape });
};

const rsqrt: Mapper = (operation) => {
  const x = input(operation, 0);
  const result = { dtype: x.dtype, shape: x.shape };
  return finish(operation, 'Reciprocal', [step(operation, 'Sqrt', [x], result)], result);
};

const squaredDifference: Mapper = (operation) => {
  const [a, b] = [input(operation, 0), input(operation, 1)];
  const result = { dtype: a.dtype, shape: broadcast(a.shape, b.shape) };
  const difference = step(operation, 'Sub', [a, b], result);
  return finish(operation, 'Mul', [difference, difference], result);
};

const castTo: Mapper = (operation) => {
  const x = input(operation, 0);
  const dtype = typeAttribute(operation, 'DstT', 'float32');
  if (boolAttribute(operation, 'Truncate', false))
    throw new NotConverted('It cuts digits off instead of rounding.', 'Cast without Truncate.');
  const whole = dtype === 'int32' || dtype === 'int64';
  const result = { dtype, shape: x.shape, known: whole ? x.known : undefined };
  return finish(operation, 'Cast', [x], result, { to: onnxTypeNumber(dtype) });
};

const select: Mapper = (operation) => {
  const [condition, x, y] = [input(operation, 0), input(operation, 1), input(operation, 2)];
  return chosen(operation, condition, x, y);
};

/** The first version chooses whole rows where its condition has one dimension. */
const selectRows: Mapper = (operation) => {
  const [condition, x, y] = [input(operation, 0), input(operation, 1), input(operation, 2)];
  const rank = rankOf(x);
  if (rankOf(condition) !== 1 || rank <= 1) return chosen(operation, condition, x, y);
  const axes = Array.from({ length: rank - 1 }, (_, index) => index + 1);
  const shape = [condition.shape?.[0] ?? null, ...axes.map(() => 1)];
  const rows = step(operation, 'Unsqueeze', [condition, integers(operation, axes)], { dtype: 'bool', shape });
  return chosen(operation, rows, x, y);
};

const biasAdd: Mapper = (operation) => {
  const [x, bias] = [input(operation, 0), input(operation, 1)];
  const result = { dtype: x.dtype, shape: x.shape };
  const format = operation.node.attr['data_format']?.value;
  const first = format?.case === 's' && Buffer.from(format.value).toString() === 'NCHW';
  const rank = first ? rankOf(x) : 0;
  if (rank <= 2) return finish(operation, 'Add', [x, bias], result);
  const axes = Array.from({ length: rank - 2 }, (_, index) => index + 1);
  const shape = [bias.shape?.[0] ?? null, ...axes.map(() => 1)];
  const columns = step(operation, 'Unsqueeze', [bias, integers(operation, axes)], { dtype: x.dtype, shape });
  return finish(operation, 'Add', [x, columns], result);
};

function softmax(op: string): Mapper {
  return (operation) => {
    const x = input(operation, 0);
    return finish(operation, op, [x], { dtype: x.dtype, shape: x.shape }, { axis: -1 });
  };
}

function argument(op: string): Mapper {
  return (operation) => {
    const x = input(operation, 0);
    const rank = rankOf(x);
    const [given] = input(operation, 1).known ?? [];
    if (given == null)
      throw new NotConverted('Its axis is computed when the model runs.', 'Make the axis a constant.');
    const axis = axisOf(given, rank);
    const shape = (x.shape ?? []).filter((_, index) => index !== axis);
    const dtype = typeAttribute(operation, 'output_type', 'int64');
    const attributes = { axis, keepdims: 0 };
    if (dtype === 'int64') return finish(operation, op, [x], { dtype, shape }, attributes);
    const found = step(operation, op, [x], { dtype: 'int64', shape }, attributes);
    return finish(operation, 'Cast', [found], { dtype, shape }, { to: onnxTypeNumber(dtype) });
  };
}

/** Ops of one element at a time, and of one row at a time. */
export const ELEMENTWISE: Readonly<Record<string, Mapper>> = {
  Abs: unary('Abs'),
  Neg: unary('Neg'),
  Sign: unary('Sign'),
  Exp: unary('Exp'),
  Log: unary('Log'),
  Sqrt: unary('Sqrt'),
  Rsqrt: rsqrt,
  Reciprocal: unary('Reciprocal'),
  Inv: unary('Reciprocal'),
  Floor: unary('Floor'),
  Ceil: unary('Ceil'),
  Rint: unary('Round'),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Erf: unary('Erf'),
  Square: square,
  Sigmoid: unary('Sigmoid'),
  Tanh: unary('Tanh'),
  Relu: unary('Relu'),
  Relu6: relu6,
  LeakyRelu: unaryOfFloats('LeakyRelu', (operation) => ({
    alpha: { float: floatAttribute(operation, 'alpha', 0.2) },
  })),
  Elu: unaryOfFloats('Elu', () => ({})),
  Selu: unaryOfFloats('Selu', () => ({})),
  Softplus: unaryOfFloats('Softplus', () => ({})),
  Softsign: unaryOfFloats('Softsign', () => ({})),
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
  Add: binary('Add', (a, b) => a + b),
  AddV2: binary('Add', (a, b) => a + b),
  BiasAdd: biasAdd,
  Sub: binary('Sub', (a, b) => a - b),
  Mul: binary('Mul', (a, b) => a * b),
  RealDiv: binary('Div'),
  Pow: binary('Pow'),
  Maximum: binary('Max', Math.max),
  Minimum: binary('Min', Math.min),
  SquaredDifference: squaredDifference,
  Equal: comparison('Equal'),
  NotEqual: comparison('Equal', true),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  LogicalAnd: comparison('And'),
  LogicalOr: comparison('Or'),
  LogicalNot: unary('Not'),
  Select: selectRows,
  SelectV2: select,
  Cast: castTo,
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
};
