import {
  axisOf,
  finish,
  fixed,
  input,
  integers,
  type Mapper,
  type Operation,
  rankOf,
  step,
} from '../operation.ts';
import type { Value } from '../value.ts';
import { combined, dimsOf, elementsOf, type Size, sizeOf, sizesTensor } from './sizes.ts';

/** From `begin` on, as many as `size` says, or -1 for all that are left. */
const slice: Mapper = (operation) => {
  const x = input(operation, 0);
  const rank = rankOf(x);
  const [begin, size] = [elementsOf(operation, 1, rank), elementsOf(operation, 2, rank)];
  const ends = begin.map((start, axis) => endOf(operation, x, axis, start, size[axis] ?? -1));
  const left = ends.map((end, axis) => combined(operation, 'Sub', end, begin[axis] ?? 0));
  const axes = begin.map((_, axis) => axis);
  const cuts = [begin, ends, axes].map((each) => sizesTensor(operation, each));
  const known = rank === 1 && x.known !== undefined ? knownPart(x.known, begin[0], ends[0]) : undefined;
  return finish(operation, 'Slice', [x, ...cuts], { dtype: x.dtype, shape: dimsOf(left), known });
};

function endOf(operation: Operation, x: Value, axis: number, start: Size, size: Size): Size {
  if (typeof size === 'number')
    return size === -1 ? sizeOf(operation, x, axis) : combined(operation, 'Add', start, size);
  const end = combined(operation, 'Add', start, size);
  const isRest = step(operation, 'Less', [size, integers(operation, [0])], { dtype: 'bool', shape: [1] });
  const all = sizesTensor(operation, [sizeOf(operation, x, axis)]);
  return step(operation, 'Where', [isRest, all, sizesTensor(operation, [end])], {
    dtype: 'int64',
    shape: [1],
  });
}

function knownPart(
  known: readonly (number | null)[],
  start: Size | undefined,
  end: Size | undefined,
): readonly (number | null)[] | undefined {
  return typeof start === 'number' && typeof end === 'number' ? known.slice(start, end) : undefined;
}

/** What leaves an axis at its end comes in at its beginning. */
const roll: Mapper = (operation) => {
  const x = input(operation, 0);
  const shifts = fixed(operation, 1, 'shift');
  const axes = fixed(operation, 2, 'axis').map((axis) => axisOf(axis, rankOf(x)));
  const result = axes.reduce((value, axis, index) => {
    const shift = shifts[index] ?? 0;
    const size = x.shape?.[axis] ?? null;
    const places = size === null || size === 0 ? shift : ((shift % size) + size) % size;
    return places === 0 ? value : rolled(operation, value, axis, places);
  }, x);
  return finish(operation, 'Identity', [result], { dtype: x.dtype, shape: x.shape });
};

/** By places that are fewer than the axis has; of an axis of unknown size, their rest is computed when it runs. */
function rolled(operation: Operation, x: Value, axis: number, places: number): Value {
  const size = sizeOf(operation, x, axis);
  const at = typeof size === 'number' ? size - places : restOf(operation, -places, size);
  const parts = [
    [at, 2 ** 31 - 1],
    [0, at],
  ].map(([start = 0, end = 0]) => {
    const cuts = [[start], [end], [axis]].map((each) => sizesTensor(operation, each));
    const shape = (x.shape ?? []).with(axis, null);
    return step(operation, 'Slice', [x, ...cuts], { dtype: x.dtype, shape });
  });
  return step(operation, 'Concat', parts, { dtype: x.dtype, shape: x.shape }, { axis });
}

/** Not negative, also of a negative number. An axis of no elements counts as one, for nothing to be divided by 0. */
function restOf(operation: Operation, value: number, size: Size): Size {
  const divisor = sizesTensor(operation, [combined(operation, 'Max', size, 1)]);
  return step(operation, 'Mod', [integers(operation, [value]), divisor], { dtype: 'int64', shape: [1] });
}

/** Ops that cut and move along axes. */
export const PIECES: Readonly<Record<string, Mapper>> = { Slice: slice, Roll: roll };
