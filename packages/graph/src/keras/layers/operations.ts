import { NotConverted } from '../../import/refuse.ts';
import { broadcast } from '../../import/value.ts';
import { isFields, isList, type Json } from '../config/json.ts';
import { flag, float, int, type Shape, type Tensor, type } from '../graph/builder.ts';
import { ACTIVATIONS, FUNCTIONS } from './activations.ts';
import {
  emit,
  indices,
  type LayerCall,
  type LayerKind,
  type LayerKinds,
  only,
  same,
  scalar,
  type Value,
} from './layer-kind.ts';
import { MERGES } from './merges.ts';
import { EXPORT } from './settings.ts';
import { elementAt, expanded, productOf, reshaped, sliced, squeezed, transposed } from './shapes.ts';

function isTensor(value: Value | undefined): value is Tensor {
  return typeof value === 'object' && value !== null && 'reference' in value;
}

/** Two operands: a number becomes a constant in the other's type. */
function operandsOf(call: LayerCall): readonly [Tensor, Tensor] {
  const [a, b] = [...call.positional, ...['x1', 'x2', 'x', 'y'].flatMap((name) => call.named[name] ?? [])];
  const operand = (value: Value | undefined, other: Value | undefined): Tensor => {
    if (isTensor(value)) return value;
    const like = isTensor(other) ? other : undefined;
    const fits =
      typeof value === 'number' && (like?.dtype.startsWith('float') || Number.isSafeInteger(value));
    if (like !== undefined && fits) return scalar(call, value as number, like);
    throw new NotConverted('It takes something besides tensors and numbers.', EXPORT);
  };
  const pair = [operand(a, b), operand(b, a)] as const;
  if (pair[0].dtype !== pair[1].dtype)
    throw new NotConverted(
      `It takes ${pair[0].dtype} and ${pair[1].dtype}.`,
      'Cast one of them in the model.',
    );
  return pair;
}

function binary(op: string, only_?: 'floats'): LayerKind {
  return {
    call: (call) => {
      const [a, b] = operandsOf(call);
      if (only_ === 'floats' && !a.dtype.startsWith('float'))
        throw new NotConverted(`It computes with ${a.dtype}.`, 'Cast to float32 in the model.');
      return emit(call, op, [a, b], { dtype: a.dtype, shape: broadcast(a.shape, b.shape) ?? a.shape });
    },
  };
}

function unary(op: string): LayerKind {
  return { call: (call) => same(call, op, [only(call)]) };
}

function activation(name: string): LayerKind {
  const apply = FUNCTIONS[name] as NonNullable<(typeof FUNCTIONS)[string]>;
  return { call: (call) => apply(call, only(call)) };
}

function gelu(call: LayerCall): Tensor {
  const name = call.settings.flag('approximate', true) ? 'geluByTanh' : 'gelu';
  return (FUNCTIONS[name] as NonNullable<(typeof FUNCTIONS)[string]>)(call, only(call));
}

function leakyRelu(call: LayerCall): Tensor {
  return same(call, 'LeakyRelu', [only(call)], { alpha: float(call.settings.number('negative_slope', 0.2)) });
}

/** The axes of a setting from the first; all where it is `null`. */
function axesOf(call: LayerCall, rank: number, name = 'axis'): readonly number[] {
  if (!call.settings.has(name)) return Array.from({ length: rank }, (_, axis) => axis);
  const axes = call.settings.integers(name).map((axis) => (axis < 0 ? axis + rank : axis));
  if (axes.every((axis) => axis >= 0 && axis < rank)) return axes;
  throw new NotConverted(`It has no such axes of ${rank}.`, 'Save the model again with Keras.');
}

function reduction(op: string): LayerKind {
  return {
    call: (call) => {
      const x = only(call);
      if (op === 'Mean' && !x.dtype.startsWith('float'))
        throw new NotConverted(`It is the mean of ${x.dtype}.`, 'Cast to float32 in the model.');
      call.settings.require('initial', null, 'It begins with a value.');
      const axes = axesOf(call, x.shape.length);
      const keep = call.settings.flag('keepdims', false);
      const shape = keep
        ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
        : x.shape.filter((_, axis) => !axes.includes(axis));
      return emit(call, op, [x, indices(call, axes)], { dtype: x.dtype, shape }, { keep_dims: flag(keep) });
    },
  };
}

function reshape(call: LayerCall): Tensor {
  const x = only(call);
  const wanted = call.settings.integers('newshape');
  const all = productOf(x.shape);
  const rest = productOf(wanted.filter((size) => size !== -1));
  const sizes = wanted.map((size) => (size !== -1 ? size : all === null || !rest ? null : all / rest));
  return reshaped(call, x, sizes);
}

function transpose(call: LayerCall): Tensor {
  const x = only(call);
  const order = call.settings.has('axes')
    ? axesOf(call, x.shape.length, 'axes')
    : x.shape.map((_, axis) => axis).toReversed();
  if (new Set(order).size !== x.shape.length)
    throw new NotConverted('It does not name each axis once.', EXPORT);
  return transposed(call, x, order);
}

function expandDims(call: LayerCall): Tensor {
  const x = only(call);
  const given = call.settings.number('axis');
  const axis = given < 0 ? given + x.shape.length + 1 : given;
  if (axis >= 0 && axis <= x.shape.length) return expanded(call, x, axis);
  throw new NotConverted(`It has no axis ${given}.`, 'Save the model again with Keras.');
}

function squeeze(call: LayerCall): Tensor {
  const x = only(call);
  if (!call.settings.has('axis'))
    throw new NotConverted('It does not say which axis goes.', 'Name the axis.');
  const axes = axesOf(call, x.shape.length).toSorted((a, b) => b - a);
  return axes.reduce((rest, axis) => squeezed(call, rest, axis), x);
}

function cast(call: LayerCall): Tensor {
  const x = only(call);
  const dtype = call.settings.text('dtype', 'float32');
  return emit(call, 'Cast', [x], { dtype, shape: x.shape }, { SrcT: type(x.dtype), DstT: type(dtype) });
}

function clip(call: LayerCall): Tensor {
  const x = only(call);
  const [low, high] = ['x_min', 'x_max'].map((name) => scalar(call, call.settings.number(name), x)) as [
    Tensor,
    Tensor,
  ];
  return same(call, 'Maximum', [same(call, 'Minimum', [x, high]), low]);
}

function matmul(call: LayerCall): Tensor {
  const [a, b] = operandsOf(call);
  if (a.shape.length < 2 || b.shape.length < 2) throw new NotConverted('It multiplies vectors.', EXPORT);
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)) ?? [];
  const shape: Shape = [...batch, a.shape.at(-2) ?? null, b.shape.at(-1) ?? null];
  return emit(call, 'BatchMatMulV2', [a, b], { dtype: a.dtype, shape });
}

function stack(call: LayerCall): Tensor {
  const [first] = call.inputs;
  if (first === undefined) throw new NotConverted('It stacks nothing.', EXPORT);
  const given = call.settings.number('axis', 0);
  const axis = given < 0 ? given + first.shape.length + 1 : given;
  const shape = first.shape.toSpliced(axis, 0, call.inputs.length);
  return emit(call, 'Pack', call.inputs, { dtype: first.dtype, shape }, { axis: int(axis) });
}

/** `x[:, 1:3, 0]`: whole numbers and ranges, axis by axis. */
function getItem(call: LayerCall): Tensor {
  const [x, key] = call.positional;
  if (!isTensor(x)) throw new NotConverted('It takes a part of no tensor.', EXPORT);
  const keys = (isList(key as Json) ? key : [key]) as readonly Json[];
  let result = x;
  let axis = 0;
  for (const each of keys) {
    const size = result.shape[axis];
    if (typeof each === 'number') {
      if (size == null && each < 0)
        throw new NotConverted('It counts from an end that is not known.', EXPORT);
      result = elementAt(call, result, axis, each < 0 ? each + (size as number) : each);
      continue;
    }
    const range = isFields(each) && each['class_name'] === '__slice__' ? each['config'] : undefined;
    if (!isFields(range) || (range['step'] != null && range['step'] !== 1))
      throw new NotConverted('It takes parts by something besides numbers and ranges.', EXPORT);
    if (range['start'] != null || range['stop'] != null) {
      if (size == null) throw new NotConverted('It cuts an axis of any size.', EXPORT);
      const bound = (value: Json | undefined, otherwise: number): number => {
        const at = typeof value === 'number' ? value : otherwise;
        return Math.min(size, Math.max(0, at < 0 ? at + size : at));
      };
      const [start, stop] = [bound(range['start'], 0), bound(range['stop'], size)];
      result = sliced(call, result, axis, start, Math.max(start, stop));
    }
    axis += 1;
  }
  return result;
}

/** Functions of Keras 3 that were called on Keras's tensors; their names are of classes of `keras.src.ops`. */
export const OPERATIONS: LayerKinds = {
  Add: binary('AddV2'),
  Subtract: binary('Sub'),
  Multiply: binary('Mul'),
  Divide: binary('RealDiv', 'floats'),
  TrueDivide: binary('RealDiv', 'floats'),
  Maximum: binary('Maximum'),
  Minimum: binary('Minimum'),
  Power: binary('Pow'),
  NotEqual: {
    call: (call) => {
      const [a, b] = operandsOf(call);
      return emit(call, 'NotEqual', [a, b], { dtype: 'bool', shape: broadcast(a.shape, b.shape) ?? a.shape });
    },
  },
  Negative: unary('Neg'),
  Absolute: unary('Abs'),
  Exp: unary('Exp'),
  Log: unary('Log'),
  Sqrt: unary('Sqrt'),
  Rsqrt: unary('Rsqrt'),
  Square: unary('Square'),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Relu: activation('relu'),
  Relu6: activation('relu6'),
  ReLU: ACTIVATIONS['ReLU'] as LayerKind,
  Sigmoid: activation('sigmoid'),
  Tanh: activation('tanh'),
  Silu: activation('silu'),
  Softplus: activation('softplus'),
  Softsign: activation('softsign'),
  Selu: activation('selu'),
  Elu: ACTIVATIONS['ELU'] as LayerKind,
  HardSigmoid: activation('hard_sigmoid'),
  HardSilu: activation('hard_silu'),
  Gelu: { call: gelu },
  LeakyRelu: { call: leakyRelu },
  Softmax: ACTIVATIONS['Softmax'] as LayerKind,
  Mean: reduction('Mean'),
  Sum: reduction('Sum'),
  Max: reduction('Max'),
  Min: reduction('Min'),
  Any: reduction('Any'),
  Reshape: { call: reshape },
  Transpose: { call: transpose },
  ExpandDims: { call: expandDims },
  Squeeze: { call: squeeze },
  Concatenate: MERGES['Concatenate'] as LayerKind,
  Stack: { call: stack },
  Cast: { call: cast },
  Clip: { call: clip },
  Matmul: { call: matmul },
  GetItem: { call: getItem },
};

/** Functions of TensorFlow that Keras 2 has as layers, by what they are called there. */
export const BY_FUNCTION: LayerKinds = {
  '__operators__.add': binary('AddV2'),
  'math.add': binary('AddV2'),
  'math.subtract': binary('Sub'),
  'math.multiply': binary('Mul'),
  'math.truediv': binary('RealDiv', 'floats'),
  'math.maximum': binary('Maximum'),
  'math.minimum': binary('Minimum'),
  'math.sigmoid': activation('sigmoid'),
  'nn.sigmoid': activation('sigmoid'),
  'math.tanh': activation('tanh'),
  'math.exp': unary('Exp'),
  'math.sqrt': unary('Sqrt'),
  'math.square': unary('Square'),
  'math.negative': unary('Neg'),
  'math.abs': unary('Abs'),
  'nn.relu': activation('relu'),
  'nn.relu6': activation('relu6'),
};

/** A function of TensorFlow as a layer of Keras 2. */
export const TF_OP_LAMBDA: LayerKind = {
  call: (call) => {
    const name = call.settings.text('function', '');
    const kind = Object.hasOwn(BY_FUNCTION, name) ? BY_FUNCTION[name] : undefined;
    if (kind === undefined) throw new NotConverted(`It calls ${name} of TensorFlow.`, EXPORT);
    return kind.call(call);
  },
};
