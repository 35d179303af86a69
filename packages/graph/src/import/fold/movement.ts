import { elementCount } from '../../tensorflow/bundle/bundle-index.ts';
import type { Attributes } from '../emitter.ts';
import { MOST_COMPUTED } from './arithmetic.ts';
import { elementSize, type Operand, wholeNumbers } from './operand.ts';
import { expanded, rearranged, sharedShape, stridesOf, transposed } from './rearrange.ts';

/** From here on, an end of a slice is that of the axis. */
const END = 2 ** 31 - 1;

type Move = (operands: readonly Operand[], attributes: Attributes) => Operand | undefined;

const reshape: Move = ([x, wanted], { allowzero }) => {
  const sizes = wanted && wholeNumbers(wanted);
  if (x === undefined || sizes === undefined) return undefined;
  const kept = sizes.map((size, axis) => (size === 0 && allowzero !== 1 ? (x.shape[axis] ?? 0) : size));
  const rest = elementCount(kept.filter((size) => size !== -1));
  return reshaped(
    x,
    kept.map((size) => (size === -1 ? elementCount(x.shape) / rest : size)),
  );
};

const squeeze: Move = ([x, axes]) => {
  const dropped = x && axesOf(axes, x.shape.length);
  if (x === undefined || dropped === undefined) return undefined;
  return reshaped(
    x,
    x.shape.filter((_, axis) => !dropped.includes(axis)),
  );
};

const unsqueeze: Move = ([x, axes]) => {
  const rank = (x?.shape.length ?? 0) + (axes?.shape[0] ?? 0);
  const added = axesOf(axes, rank);
  if (x === undefined || added === undefined) return undefined;
  let shape = x.shape;
  for (const axis of added.toSorted((a, b) => a - b)) shape = shape.toSpliced(axis, 0, 1);
  return reshaped(x, shape);
};

/** The same elements in another shape, which has as many. */
function reshaped(x: Operand, shape: readonly number[]): Operand | undefined {
  return elementCount(shape) === elementCount(x.shape) ? { ...x, shape } : undefined;
}

const transpose: Move = ([x], { perm }) => {
  if (x === undefined) return undefined;
  return transposed(x, Array.isArray(perm) ? perm : x.shape.map((_, axis) => axis).toReversed());
};

const expand: Move = ([x, wanted]) => {
  const sizes = wanted && wholeNumbers(wanted);
  const shape = x && sizes && sharedShape([x.shape, sizes]);
  if (x === undefined || shape === undefined || elementCount(shape) > MOST_COMPUTED) return undefined;
  return expanded(x, shape);
};

const concat: Move = (operands, { axis }) => {
  const [first] = operands;
  if (first === undefined || typeof axis !== 'number') return undefined;
  const at = axis < 0 ? axis + first.shape.length : axis;
  const lengths = operands.map(({ shape }) => shape[at] ?? 0);
  const shape = first.shape.with(
    at,
    lengths.reduce((sum, length) => sum + length, 0),
  );
  const rows = elementCount(shape.slice(0, at));
  const parts = operands.map(({ bytes }) => ({ bytes, length: bytes.length / (rows || 1) }));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length, 0));
  let filled = 0;
  for (let row = 0; row < rows; row += 1)
    for (const part of parts) {
      bytes.set(part.bytes.subarray(row * part.length, (row + 1) * part.length), filled);
      filled += part.length;
    }
  return { dtype: first.dtype, shape, bytes };
};

const slice: Move = ([x, ...columns]) => {
  const [starts, ends, axes, steps] = columns.map(wholeNumbers);
  if (x === undefined || starts === undefined || ends === undefined) return undefined;
  // ONNX Runtime takes such an end for the last element on the way, numpy for none.
  if (steps?.some((step, index) => step < 0 && (ends[index] ?? 0) >= END)) return undefined;
  const strides = stridesOf(x.shape);
  let [shape, taken, start] = [x.shape, strides, 0];
  for (const [index, from] of starts.entries()) {
    const given = axes?.[index] ?? index;
    const axis = given < 0 ? given + shape.length : given;
    const step = steps?.[index] ?? 1;
    const { first, count } = cutOf(shape[axis] ?? 0, from, ends[index] ?? 0, step);
    start += first * (strides[axis] ?? 0);
    shape = shape.with(axis, count);
    taken = taken.with(axis, step * (strides[axis] ?? 0));
  }
  return rearranged(x, shape, taken, start);
};

/** As numpy slices. */
function cutOf(size: number, from: number, to: number, step: number): { first: number; count: number } {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const [first, end] = [from, to].map((at) => Math.min(Math.max(at < 0 ? at + size : at, low), high)) as [
    number,
    number,
  ];
  return { first, count: Math.max(0, Math.ceil((end - first) / step)) };
}

const gather: Move = ([x, indices], { axis = 0 }) => {
  const wanted = indices && wholeNumbers(indices);
  if (x === undefined || indices === undefined || wanted === undefined || typeof axis !== 'number')
    return undefined;
  const at = axis < 0 ? axis + x.shape.length : axis;
  const size = x.shape[at] ?? 0;
  const shape = x.shape.toSpliced(at, 1, ...indices.shape);
  const rows = elementCount(x.shape.slice(0, at));
  const length = elementCount(x.shape.slice(at + 1)) * elementSize(x);
  // An index that is not there is an error when the model runs.
  if (elementCount(shape) > MOST_COMPUTED || wanted.some((one) => one < -size || one >= size))
    return undefined;
  const bytes = new Uint8Array(rows * wanted.length * length);
  for (let row = 0, filled = 0; row < rows; row += 1)
    for (const one of wanted) {
      const from = (row * size + (one < 0 ? one + size : one)) * length;
      bytes.set(x.bytes.subarray(from, from + length), filled);
      filled += length;
    }
  return { dtype: x.dtype, shape, bytes };
};

/** Axes counted from the first one. */
function axesOf(axes: Operand | undefined, rank: number): readonly number[] | undefined {
  return axes && wholeNumbers(axes)?.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** ONNX's ops that only say where elements stand. */
export const MOVEMENTS: ReadonlyMap<string, Move> = new Map(
  Object.entries({
    Reshape: reshape,
    Squeeze: squeeze,
    Unsqueeze: unsqueeze,
    Transpose: transpose,
    Expand: expand,
    Concat: concat,
    Slice: slice,
    Gather: gather,
    Identity: ([x]: readonly Operand[]) => x,
  }),
);
