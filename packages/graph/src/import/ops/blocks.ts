import {
  finish,
  fixed,
  input,
  intAttribute,
  type Mapper,
  type Operation,
  rankOf,
  step,
  textAttribute,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';
import { channelsFirst, named, transposed } from './channels.ts';
import { allSizes, combined, dimsOf, elementsOf, inShape, type Size, sizesTensor } from './sizes.ts';

/** Images of every `block`th row and column, one after the other in the batch: how TensorFlow dilates. */
const spaceToBatch: Mapper = (operation) => {
  const given = input(operation, 0);
  const block = fixed(operation, 1, 'block shape');
  const x = padded(operation, given, elementsOf(operation, 2, 2 * block.length));
  const [batch = 1, ...sizes] = allSizes(operation, x);
  const fewer = sizes.map((size, axis) => combined(operation, 'Div', size, block[axis] ?? 1));
  const cut = [
    batch,
    ...fewer.flatMap((size, axis) => (axis < block.length ? [size, block[axis] ?? 1] : [size])),
  ];
  const steps = block.map((_, axis) => 2 * axis + 2);
  const perm = [...steps, ...cut.map((_, axis) => axis).filter((axis) => !steps.includes(axis))];
  const rows = transposed(operation, inShape(operation, x, cut), perm);
  const images = block.reduce((all: Size, count) => combined(operation, 'Mul', all, count), batch);
  const result = inShape(operation, rows, [images, ...fewer]);
  return finish(operation, 'Identity', [result], result);
};

/** The way back from `spaceToBatch`. */
const batchToSpace: Mapper = (operation) => {
  const x = input(operation, 0);
  const block = fixed(operation, 1, 'block shape');
  const count = block.length;
  const [images = 1, ...sizes] = allSizes(operation, x);
  const batch = combined(
    operation,
    'Div',
    images,
    block.reduce((all, each) => all * each, 1),
  );
  const rows = inShape(operation, x, [...block, batch, ...sizes]);
  const space = block.flatMap((_, axis) => [count + 1 + axis, axis]);
  const rest = Array.from({ length: sizes.length - count }, (_, axis) => 2 * count + 1 + axis);
  const more = sizes.map((size, axis) => combined(operation, 'Mul', size, block[axis] ?? 1));
  const whole = inShape(operation, transposed(operation, rows, [count, ...space, ...rest]), [batch, ...more]);
  const crops = elementsOf(operation, 2, 2 * count);
  const starts = block.map((_, axis) => crops[2 * axis] ?? 0);
  const ends = block.map((_, axis) => combined(operation, 'Sub', more[axis] ?? 0, crops[2 * axis + 1] ?? 0));
  const left = ends.map((end, axis) => combined(operation, 'Sub', end, starts[axis] ?? 0));
  const shape = dimsOf([batch, ...left, ...more.slice(count)]);
  const axes = block.map((_, axis) => axis + 1);
  const cuts = [starts, ends, axes].map((each) => sizesTensor(operation, each));
  return finish(operation, 'Slice', [whole, ...cuts], { dtype: x.dtype, shape });
};

/** With zeros before and after the axes behind the first. */
function padded(operation: Operation, x: Value, pads: readonly Size[]): Value {
  if (pads.every((each) => each === 0)) return x;
  const rank = rankOf(x);
  const side = (rest: number): Size[] => {
    const given = pads.filter((_, index) => index % 2 === rest);
    return [0, ...given, ...Array.from({ length: rank - given.length - 1 }, () => 0)];
  };
  const [before, after] = [side(0), side(1)];
  const shape = dimsOf(
    allSizes(operation, x).map((size, axis) =>
      combined(operation, 'Add', combined(operation, 'Add', size, before[axis] ?? 0), after[axis] ?? 0),
    ),
  );
  return step(operation, 'Pad', [x, sizesTensor(operation, [...before, ...after])], {
    dtype: x.dtype,
    shape,
  });
}

const spaceToDepth: Mapper = (operation) => {
  const [x, size] = blockOf(operation);
  const [batch = null, channels = null, ...sizes] = x.shape ?? [];
  const shape = [batch, scaled(channels, size * size), ...sizes.map((each) => scaled(each, 1 / size))];
  const result = { dtype: x.dtype, shape };
  return named(operation, step(operation, 'SpaceToDepth', [x], result, { blocksize: size }));
};

const depthToSpace: Mapper = (operation) => {
  const [x, size] = blockOf(operation);
  const [batch = null, channels = null, ...sizes] = x.shape ?? [];
  const shape = [batch, scaled(channels, 1 / (size * size)), ...sizes.map((each) => scaled(each, size))];
  const result = { dtype: x.dtype, shape };
  return named(operation, step(operation, 'DepthToSpace', [x], result, { blocksize: size, mode: 'DCR' }));
};

function blockOf(operation: Operation): [Value, number] {
  const x = input(operation, 0);
  const format = textAttribute(operation, 'data_format', 'NHWC');
  if (format === 'NCHW_VECT_C')
    throw new NotConverted('Its data format is NCHW_VECT_C.', 'Use NHWC or NCHW.');
  if (x.dtype !== 'float32' && x.dtype !== 'float64')
    throw new NotConverted(`It moves ${x.dtype} between space and channels.`, 'Cast to float32 before it.');
  return [channelsFirst(operation, x, 2), intAttribute(operation, 'block_size', 2)];
}

function scaled(size: number | null, by: number): number | null {
  return size === null ? null : Math.round(size * by);
}

/** Ops that move elements between space and batch or channels. */
export const BLOCKS: Readonly<Record<string, Mapper>> = {
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  SpaceToDepth: spaceToDepth,
  DepthToSpace: depthToSpace,
};
