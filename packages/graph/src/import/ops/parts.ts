import {
  axisOf,
  countAttribute,
  fixed,
  input,
  intAttribute,
  type Mapper,
  type Operation,
  rankOf,
} from '../operation.ts';
import type { Value } from '../value.ts';
import { combined, type Size, sizeOf, sizesTensor } from './sizes.ts';

const split: Mapper = (operation) => {
  const x = input(operation, 1);
  const axis = axisOf(fixed(operation, 0, 'axis')[0] ?? 0, rankOf(x));
  const count = countAttribute(operation, 'num_split', 1);
  const each = combined(operation, 'Div', sizeOf(operation, x, axis), count);
  return parts(
    operation,
    x,
    axis,
    Array.from({ length: count }, () => each),
  );
};

/** One of the sizes may be -1: what the others leave. */
const splitV: Mapper = (operation) => {
  const x = input(operation, 0);
  const axis = axisOf(fixed(operation, 2, 'axis')[0] ?? 0, rankOf(x));
  const given = fixed(operation, 1, 'sizes');
  const others = given.filter((size) => size !== -1).reduce((sum, size) => sum + size, 0);
  const sizes = given.map((size) =>
    size === -1 ? combined(operation, 'Sub', sizeOf(operation, x, axis), others) : size,
  );
  return parts(operation, x, axis, sizes);
};

function parts(operation: Operation, x: Value, axis: number, sizes: readonly Size[]): readonly Value[] {
  const { node, emitter } = operation;
  const results = sizes.map((size) => ({
    dtype: x.dtype,
    shape: (x.shape ?? []).with(axis, typeof size === 'number' ? size : null),
  }));
  const names = sizes.map((_, index) => `${node.name}:${index}`);
  return emitter.emitAll(node.name, 'Split', [x, sizesTensor(operation, sizes)], results, { axis }, names);
}

const unpack: Mapper = (operation) => {
  const { node, emitter } = operation;
  const x = input(operation, 0);
  const axis = axisOf(intAttribute(operation, 'axis', 0), rankOf(x));
  const shape = (x.shape ?? []).toSpliced(axis, 1);
  const count = countAttribute(operation, 'num', x.shape?.[axis] ?? -1);
  return Array.from({ length: count }, (_, index) => {
    const at = emitter.integers(node.name, [index], []);
    const known = shape.length === 0 && x.known !== undefined ? [x.known[index] ?? null] : undefined;
    const result = { dtype: x.dtype, shape, known };
    return emitter.emit(node.name, 'Gather', [x, at], result, { axis }, `${node.name}:${index}`);
  });
};

/** Ops that take a tensor apart. */
export const PARTS: Readonly<Record<string, Mapper>> = { Split: split, SplitV: splitV, Unpack: unpack };
