import { onnxTypeNumber } from '../emitter.ts';
import {
  axisOf,
  cast,
  finish,
  fixed,
  input,
  intAttribute,
  integers,
  intsAttribute,
  type Mapper,
  type Operation,
  rankOf,
  shapeFrom,
  step,
  textAttribute,
  typeAttribute,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import { type Dims, MOST_KNOWN, type Value } from '../value.ts';
import { numbersOf } from './sizes.ts';

const shapeOf: Mapper = (operation) => {
  const x = input(operation, 0);
  const dtype = typeAttribute(operation, 'out_type', 'int32');
  const result = { shape: [x.shape?.length ?? null], known: x.shape ?? undefined };
  if (dtype === 'int64') return finish(operation, 'Shape', [x], { dtype, ...result });
  const sizes = step(operation, 'Shape', [x], { dtype: 'int64', ...result });
  return finish(operation, 'Cast', [sizes], { dtype, ...result }, { to: onnxTypeNumber(dtype) });
};

const reshape: Mapper = (operation) => {
  const [x, wanted] = [input(operation, 0), input(operation, 1)];
  const shape = wanted.known === undefined ? shapeFrom(wanted) : reshaped(x.shape, wanted.known);
  const rest = restOf(wanted.known);
  const sizes = rest === undefined ? cast(operation, wanted, 'int64') : integers(operation, rest);
  // A 0 is a size of 0 in TensorFlow; ONNX would take it for the size that was there.
  return finish(operation, 'Reshape', [x, sizes], { dtype: x.dtype, shape }, { allowzero: 1 });
};

/** Where one size is computed and all others are known, there is nothing else that it can be: it need not be computed. */
function restOf(wanted: readonly (number | null)[] | undefined): readonly number[] | undefined {
  const unknown = wanted?.filter((size) => size === null || size === -1).length;
  return unknown === 1 && !wanted?.includes(0) ? wanted?.map((size) => size ?? -1) : undefined;
}

/** The shape that is asked for, with the size that -1 stands for where it can be known. */
function reshaped(from: Dims, wanted: readonly (number | null)[]): Dims {
  const product = (sizes: Dims): number | null =>
    sizes?.every((size) => size !== null) ? (sizes as readonly number[]).reduce((a, b) => a * b, 1) : null;
  const all = product(from);
  const rest = product(wanted.filter((size) => size !== -1));
  return wanted.map((size) => (size !== -1 ? size : all === null || !rest ? null : all / rest));
}

const squeeze: Mapper = (operation) => {
  const x = input(operation, 0);
  const given = intsAttribute(operation, 'squeeze_dims');
  if (given.length === 0 && (x.shape === null || x.shape.includes(null)))
    throw new NotConverted('It leaves out axes of size 1 that only show when it runs.', 'Name its axes.');
  const axes =
    given.length === 0
      ? (x.shape ?? []).flatMap((size, axis) => (size === 1 ? [axis] : []))
      : given.map((axis) => axisOf(axis, rankOf(x)));
  const shape = (x.shape ?? []).filter((_, axis) => !axes.includes(axis));
  if (axes.length === 0) return finish(operation, 'Identity', [x], { dtype: x.dtype, shape });
  const known = shape.length === 0 ? x.known : undefined;
  return finish(operation, 'Squeeze', [x, integers(operation, axes)], { dtype: x.dtype, shape, known });
};

const expandDims: Mapper = (operation) => {
  const x = input(operation, 0);
  const [given = 0] = fixed(operation, 1, 'axis');
  const axis = axisOf(given, rankOf(x) + 1);
  const shape = (x.shape ?? []).toSpliced(axis, 0, 1);
  const known = shape.length === 1 ? x.known : undefined;
  return finish(operation, 'Unsqueeze', [x, integers(operation, [axis])], { dtype: x.dtype, shape, known });
};

const transpose: Mapper = (operation) => {
  const x = input(operation, 0);
  const rank = rankOf(x);
  const perm = fixed(operation, 1, 'order of axes').map((axis) => axisOf(axis, rank));
  const shape = perm.map((axis) => x.shape?.[axis] ?? null);
  return finish(operation, 'Transpose', [x], { dtype: x.dtype, shape }, { perm });
};

const pack: Mapper = (operation) => {
  const { inputs } = operation;
  const rank = rankOf(input(operation, 0));
  const axis = axisOf(intAttribute(operation, 'axis', 0), rank + 1);
  const dtype = input(operation, 0).dtype;
  const rows = inputs.map((each) => {
    const shape = (each.shape ?? []).toSpliced(axis, 0, 1);
    return step(operation, 'Unsqueeze', [each, integers(operation, [axis])], { dtype, shape });
  });
  const shape = (input(operation, 0).shape ?? []).toSpliced(axis, 0, inputs.length);
  const known = rank === 0 ? inputs.map(({ known: [one] = [] }) => one ?? null) : undefined;
  return finish(operation, 'Concat', rows, { dtype, shape, known }, { axis });
};

function concat(axisFirst: boolean): Mapper {
  return (operation) => {
    const { inputs } = operation;
    const at = axisFirst ? 0 : inputs.length - 1;
    const parts = inputs.filter((_, index) => index !== at);
    const first = parts[0];
    if (first === undefined) throw new NotConverted('It has no inputs.', 'Save the model again.');
    const [given = 0] = fixed(operation, at, 'axis');
    const axis = axisOf(given, rankOf(first));
    const sizes = parts.map(({ shape }) => shape?.[axis] ?? null);
    const size = sizes.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0);
    const shape = (first.shape ?? []).with(axis, size);
    const known = parts.every((part) => part.known !== undefined && part.shape?.length === 1)
      ? parts.flatMap((part) => part.known ?? [])
      : undefined;
    return finish(operation, 'Concat', parts, { dtype: first.dtype, shape, known }, { axis });
  };
}

const tile: Mapper = (operation) => {
  const [x, times] = [input(operation, 0), input(operation, 1)];
  const shape =
    x.shape?.map((size, axis) => {
      const count = times.known?.[axis];
      return size === null || count == null ? null : size * count;
    }) ?? null;
  return finish(operation, 'Tile', [x, cast(operation, times, 'int64')], { dtype: x.dtype, shape });
};

const fill: Mapper = (operation) => {
  const [sizes, value] = [input(operation, 0), input(operation, 1)];
  const result = { dtype: value.dtype, shape: shapeFrom(sizes) };
  return finish(operation, 'Expand', [value, cast(operation, sizes, 'int64')], result);
};

const range: Mapper = (operation) => {
  const { inputs } = operation;
  const { dtype } = input(operation, 0);
  const [start, limit, delta] = inputs.map(({ known }) => known?.[0]);
  const count =
    start == null || limit == null || !delta ? null : Math.max(0, Math.ceil((limit - start) / delta));
  const known =
    count === null || count > MOST_KNOWN
      ? undefined
      : Array.from({ length: count }, (_, index) => (start as number) + index * (delta as number));
  return finish(operation, 'Range', inputs, { dtype, shape: [count], known });
};

/** `[[before, after], …]` of TensorFlow is `[before, …, after, …]` in ONNX. */
function pad(operation: Operation, value: Value | undefined, mode: string): readonly Value[] {
  const [x, paddings] = [input(operation, 0), input(operation, 1)];
  const rank = rankOf(x);
  const rows = step(operation, 'Transpose', [paddings], { dtype: paddings.dtype, shape: [2, rank] });
  const shape = { dtype: paddings.dtype, shape: [2 * rank] };
  const flat = step(operation, 'Reshape', [rows, integers(operation, [-1])], shape);
  const inputs = [x, cast(operation, flat, 'int64'), ...(value === undefined ? [] : [value])];
  return finish(operation, 'Pad', inputs, { dtype: x.dtype, shape: padded(x.shape, paddings) }, { mode });
}

function padded(shape: Dims, { constant, dtype }: Value): Dims {
  if (shape === null) return null;
  if (!(constant instanceof Uint8Array)) return shape.map(() => null);
  const size = dtype === 'int32' ? 4 : 8;
  if (!dtype.startsWith('int') || constant.length !== 2 * shape.length * size)
    throw new NotConverted(
      `Its paddings are not two whole numbers for each of ${shape.length} axes.`,
      'Save the model again with TensorFlow.',
    );
  const view = new DataView(constant.buffer, constant.byteOffset, constant.byteLength);
  const at = (index: number): number =>
    dtype === 'int32' ? view.getInt32(index * 4, true) : Number(view.getBigInt64(index * 8, true));
  return shape.map((size, axis) => (size === null ? null : size + at(2 * axis) + at(2 * axis + 1)));
}

const mirrorPad: Mapper = (operation) =>
  textAttribute(operation, 'mode', 'REFLECT') === 'REFLECT'
    ? pad(operation, undefined, 'reflect')
    : mirroredWithEdge(operation);

/** ONNX does not repeat the element at the edge, so that what lies before and behind is sliced off backwards. */
function mirroredWithEdge(operation: Operation): readonly Value[] {
  const [x, paddings] = [input(operation, 0), input(operation, 1)];
  const { dtype } = x;
  const pads = numbersOf(paddings);
  if (pads === undefined)
    throw new NotConverted(
      'Its paddings are computed when the model runs, and mirror the edge, too (SYMMETRIC).',
      'Make the paddings a constant, or use the mode REFLECT.',
    );
  const result = Array.from({ length: rankOf(x) }, (_, axis) => axis).reduce((value, axis) => {
    const [before = 0, after = 0] = pads.slice(2 * axis, 2 * axis + 2);
    const backwards = (start: number, end: number, count: number): readonly Value[] => {
      const cut = [[start], [end], [axis], [-1]].map((each) => integers(operation, each));
      const shape = (value.shape ?? []).with(axis, count);
      return count === 0 ? [] : [step(operation, 'Slice', [value, ...cut], { dtype, shape })];
    };
    const parts = [
      ...backwards(before - 1, -(2 ** 31 - 1), before),
      value,
      ...backwards(-1, -1 - after, after),
    ];
    const size = value.shape?.[axis];
    const shape = (value.shape ?? []).with(axis, size == null ? null : size + before + after);
    return parts.length === 1 ? value : step(operation, 'Concat', parts, { dtype, shape }, { axis });
  }, x);
  return finish(operation, 'Identity', [result], result);
}

/** Ops that change where elements stand. */
export const SHAPES: Readonly<Record<string, Mapper>> = {
  Shape: shapeOf,
  Reshape: reshape,
  Squeeze: squeeze,
  ExpandDims: expandDims,
  Transpose: transpose,
  Pack: pack,
  Concat: concat(true),
  ConcatV2: concat(false),
  Tile: tile,
  Fill: fill,
  Range: range,
  Pad: (operation) => pad(operation, undefined, 'constant'),
  PadV2: (operation) => pad(operation, input(operation, 2), 'constant'),
  MirrorPad: mirrorPad,
};
