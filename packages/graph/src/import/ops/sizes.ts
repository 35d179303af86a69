import { cast, input, integers, type Operation, rankOf, step } from '../operation.ts';
import type { Value } from '../value.ts';

/** A size: known when the model is converted, or an int64 tensor of one element. */
export type Size = number | Value;

const ARITHMETIC = {
  Add: (a: number, b: number) => a + b,
  Sub: (a: number, b: number) => a - b,
  Mul: (a: number, b: number) => a * b,
  /** Of sizes, which are not negative, as whole numbers. */
  Div: (a: number, b: number) => Math.floor(a / b),
  Max: Math.max,
  Min: Math.min,
} as const;

const WHOLE = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const;

/** The size of an axis. */
export function sizeOf(operation: Operation, x: Value, axis: number): Size {
  const attributes = { start: axis, end: axis + 1 };
  return x.shape?.[axis] ?? step(operation, 'Shape', [x], { dtype: 'int64', shape: [1] }, attributes);
}

/** The sizes of all axes of a tensor whose rank is known. */
export function allSizes(operation: Operation, x: Value): readonly Size[] {
  return Array.from({ length: rankOf(x) }, (_, axis) => sizeOf(operation, x, axis));
}

/** What comes of two sizes, computed when the model is converted if both are known. */
export function combined(operation: Operation, op: keyof typeof ARITHMETIC, a: Size, b: Size): Size {
  if (typeof a === 'number' && typeof b === 'number') return ARITHMETIC[op](a, b);
  return step(operation, op, [sizeTensor(operation, a), sizeTensor(operation, b)], {
    dtype: 'int64',
    shape: [1],
  });
}

/** All elements of a tensor of whole numbers, in their order. */
export function elementsOf(operation: Operation, index: number, count: number): readonly Size[] {
  const value = input(operation, index);
  const known = numbersOf(value);
  if (known !== undefined) return known;
  const flat = step(operation, 'Reshape', [cast(operation, value, 'int64'), integers(operation, [-1])], {
    dtype: 'int64',
    shape: [count],
  });
  return Array.from(
    { length: count },
    (_, at) =>
      value.known?.[at] ??
      step(operation, 'Gather', [flat, integers(operation, [at])], { dtype: 'int64', shape: [1] }),
  );
}

/** The elements of a constant of whole numbers of any shape. */
export function numbersOf({ known, constant, dtype }: Value): readonly number[] | undefined {
  if (known?.every((element) => element !== null)) return known as readonly number[];
  const array = WHOLE[dtype as keyof typeof WHOLE];
  if (!(constant instanceof Uint8Array) || array === undefined) return undefined;
  return Array.from(new array(Uint8Array.from(constant).buffer), Number);
}

/** One int64 tensor of several sizes. */
export function sizesTensor(operation: Operation, sizes: readonly Size[]): Value {
  if (sizes.every((size) => typeof size === 'number')) return integers(operation, sizes);
  const parts = sizes.map((size) => sizeTensor(operation, size));
  const result = { dtype: 'int64', shape: [sizes.length], known: dimsOf(sizes) };
  return step(operation, 'Concat', parts, result, { axis: 0 });
}

/** One size as an int64 tensor of one element. */
export function sizeTensor(operation: Operation, size: Size): Value {
  return typeof size === 'number' ? integers(operation, [size]) : size;
}

/** Those of the sizes that are known. */
export function dimsOf(sizes: readonly Size[]): readonly (number | null)[] {
  return sizes.map((size) => (typeof size === 'number' ? size : null));
}

/** The tensor in another shape. */
export function inShape(operation: Operation, x: Value, sizes: readonly Size[]): Value {
  const others = sizes.filter((size) => typeof size === 'number');
  // One size follows from the others, where these are not 0.
  const follows = others.length === sizes.length - 1 && !others.includes(0);
  const wanted = follows ? sizes.map((size) => (typeof size === 'number' ? size : -1)) : sizes;
  const result = { dtype: x.dtype, shape: dimsOf(sizes) };
  return step(operation, 'Reshape', [x, sizesTensor(operation, wanted)], result, { allowzero: 1 });
}

/** 0, 1, … as many as a size says. */
export function counted(operation: Operation, count: Size): Value {
  const { node, emitter } = operation;
  const [zero, one] = [0, 1].map((value) => emitter.integers(node.name, [value], [])) as [Value, Value];
  const end = step(operation, 'Squeeze', [sizeTensor(operation, count)], { dtype: 'int64', shape: [] });
  return step(operation, 'Range', [zero, end, one], { dtype: 'int64', shape: dimsOf([count]) });
}
