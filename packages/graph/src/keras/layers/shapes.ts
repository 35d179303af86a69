import { NotConverted } from '../../import/refuse.ts';
import { flag, int, ints, type Shape, type Tensor } from '../graph/builder.ts';
import { emit, indices, type LayerCall, type LayerKinds, only, ranked, same } from './layer-kind.ts';

/** The sizes of a tensor as a tensor of its own. */
function sizesOf(call: LayerCall, x: Tensor): Tensor {
  return emit(call, 'Shape', [x], { dtype: 'int32', shape: [x.shape.length] });
}

/** The size of one axis: a tensor of no dimensions. */
export function sizeAt(call: LayerCall, x: Tensor, axis: number): Tensor {
  const size = x.shape[axis];
  if (size != null) return call.builder.constant(call.scope, [size], 'int32', []);
  const bounds = [axis, axis + 1, 1].map((at) => indices(call, [at]));
  const made = { dtype: 'int32', shape: [] };
  return emit(call, 'StridedSlice', [sizesOf(call, x), ...bounds], made, { shrink_axis_mask: int(1) });
}

/** Sizes, of which tensors stand for those that are not known. */
export function packed(call: LayerCall, sizes: readonly (number | Tensor)[]): Tensor {
  const tensors = sizes.map((size) =>
    typeof size === 'number' ? call.builder.constant(call.scope, [size], 'int32', []) : size,
  );
  return emit(call, 'Pack', tensors, { dtype: 'int32', shape: [sizes.length] }, { axis: int(0) });
}

/** The tensor in another shape: at most one size is not known besides the batch. */
export function reshaped(call: LayerCall, x: Tensor, shape: Shape): Tensor {
  const unknown = shape.filter((size) => size === null).length;
  const sizes =
    unknown <= 1
      ? indices(
          call,
          shape.map((size) => size ?? -1),
        )
      : packed(call, [sizeAt(call, x, 0), ...shape.slice(1).map((size) => size ?? -1)]);
  return emit(call, 'Reshape', [x, sizes], { dtype: x.dtype, shape });
}

/** How many elements sizes stand for; `null` where one is not known. */
export function productOf(sizes: Shape): number | null {
  return sizes.reduce<number | null>((all, size) => (all === null || size === null ? null : all * size), 1);
}

/** With an axis of one element put in. */
export function expanded(call: LayerCall, x: Tensor, axis: number): Tensor {
  const shape = x.shape.toSpliced(axis, 0, 1);
  return emit(call, 'ExpandDims', [x, call.builder.constant(call.scope, [axis], 'int32', [])], {
    dtype: x.dtype,
    shape,
  });
}

/** Without an axis of one element. */
export function squeezed(call: LayerCall, x: Tensor, axis: number): Tensor {
  const made = { dtype: x.dtype, shape: x.shape.toSpliced(axis, 1) };
  return emit(call, 'Squeeze', [x], made, { squeeze_dims: ints([axis]) });
}

/** With its axes in another order. */
export function transposed(call: LayerCall, x: Tensor, order: readonly number[]): Tensor {
  const shape = order.map((axis) => x.shape[axis] ?? null);
  return emit(call, 'Transpose', [x, indices(call, order)], { dtype: x.dtype, shape });
}

/** With channels at the end: what Keras calls `channels_first` has them behind the batch. */
export function channelsLast(call: LayerCall, x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return transposed(call, x, [0, ...axes.slice(2), 1]);
}

/** The way back from `channelsLast`. */
export function channelsFirst(call: LayerCall, x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return transposed(call, x, [0, axes.length - 1, ...axes.slice(1, -1)]);
}

/** Whether the layer has channels behind the batch. */
export function hasChannelsFirst({ settings }: LayerCall): boolean {
  const format = settings.text('data_format', 'channels_last');
  if (format === 'channels_last' || format === 'channels_first') return format === 'channels_first';
  throw new NotConverted(`Its data_format is ${format}.`, 'Use channels_last.');
}

/** What stands from `start` to `end` of an axis. */
export function sliced(call: LayerCall, x: Tensor, axis: number, start: number, end: number): Tensor {
  const column = (at: number, other: number) =>
    indices(call, [...Array.from({ length: axis }, () => other), at]);
  const mask = int(2 ** axis - 1);
  const made = { dtype: x.dtype, shape: x.shape.with(axis, end - start) };
  const attributes = { begin_mask: mask, end_mask: mask };
  return emit(call, 'StridedSlice', [x, column(start, 0), column(end, 0), column(1, 1)], made, attributes);
}

/** One element of an axis, which goes. */
export function elementAt(call: LayerCall, x: Tensor, axis: number, at: number): Tensor {
  const column = (value: number, other: number) =>
    indices(call, [...Array.from({ length: axis }, () => other), value]);
  const mask = int(2 ** axis - 1);
  const made = { dtype: x.dtype, shape: x.shape.toSpliced(axis, 1) };
  const attributes = { begin_mask: mask, end_mask: mask, shrink_axis_mask: int(2 ** axis) };
  return emit(call, 'StridedSlice', [x, column(at, 0), column(at + 1, 0), column(1, 1)], made, attributes);
}

function flatten(call: LayerCall): Tensor {
  const x = only(call);
  const last = hasChannelsFirst(call) && x.shape.length > 2 ? channelsLast(call, x) : x;
  return reshaped(call, last, [x.shape[0] ?? null, productOf(x.shape.slice(1))]);
}

function reshape(call: LayerCall): Tensor {
  const x = only(call);
  const wanted = call.settings.integers('target_shape');
  const all = productOf(x.shape.slice(1));
  const rest = productOf(wanted.filter((size) => size !== -1));
  const sizes = wanted.map((size) => (size !== -1 ? size : all === null || !rest ? null : all / rest));
  const known = productOf(sizes);
  if (
    sizes.some((size) => size !== null && !Number.isInteger(size)) ||
    (known !== null && all !== null && known !== all)
  )
    throw new NotConverted(
      `${all} elements are no (${wanted.join(', ')}).`,
      'Save the model again with Keras.',
    );
  return reshaped(call, x, [x.shape[0] ?? null, ...sizes]);
}

function permute(call: LayerCall): Tensor {
  const x = only(call);
  const order = call.settings.integers('dims');
  const whole = order.toSorted((a, b) => a - b).every((axis, index) => axis === index + 1);
  if (!whole || order.length !== x.shape.length - 1)
    throw new NotConverted(`Its dims are (${order.join(', ')}).`, 'Name each axis once.');
  return transposed(call, x, [0, ...order]);
}

function repeatVector(call: LayerCall): Tensor {
  const x = expanded(call, ranked(call, 2), 1);
  const times = call.settings.number('n');
  const made = { dtype: x.dtype, shape: x.shape.with(1, times) };
  return emit(call, 'Tile', [x, indices(call, [1, times, 1])], made);
}

/** Pairs of before and after for each axis of space; a whole number stands for all of them. */
function margins(
  { settings }: LayerCall,
  name: string,
  dimensions: number,
): readonly (readonly [number, number])[] {
  const value = settings.fields[name];
  const given = Array.isArray(value) ? value : Array.from({ length: dimensions }, () => value);
  const list = dimensions === 1 && given.length === 2 ? [given] : given;
  const pairs = list.map((one) => (Array.isArray(one) ? one : [one, one]));
  const good = pairs.every(
    (pair) => pair.length === 2 && pair.every((size) => Number.isSafeInteger(size) && size >= 0),
  );
  if (good && pairs.length === dimensions) return pairs as [number, number][];
  throw new NotConverted(
    `Its ${name} is ${JSON.stringify(value ?? null)}.`,
    'Save the model again with Keras.',
  );
}

function zeroPadding(dimensions: number) {
  return (call: LayerCall): Tensor => {
    const x = ranked(call, dimensions + 2);
    const pairs = margins(call, 'padding', dimensions);
    const all = [[0, 0], ...(hasChannelsFirst(call) ? [[0, 0], ...pairs] : [...pairs, [0, 0]])];
    const shape = x.shape.map((size, axis) =>
      size === null ? null : size + (all[axis]?.[0] ?? 0) + (all[axis]?.[1] ?? 0),
    );
    const paddings = call.builder.constant(call.scope, all.flat(), 'int32', [all.length, 2]);
    return emit(call, 'Pad', [x, paddings], { dtype: x.dtype, shape });
  };
}

function cropping(dimensions: number) {
  return (call: LayerCall): Tensor => {
    const x = ranked(call, dimensions + 2);
    const pairs = margins(call, 'cropping', dimensions);
    const first = hasChannelsFirst(call) ? 2 : 1;
    const cut = (axis: number) => pairs[axis - first] ?? [0, 0];
    const axes = x.shape.map((_, axis) => axis);
    // An end of 0 would be the start: what is not cut is said by the mask.
    const open = axes.filter((axis) => cut(axis)[1] === 0).reduce((mask, axis) => mask + 2 ** axis, 0);
    const columns = [axes.map((axis) => cut(axis)[0]), axes.map((axis) => -cut(axis)[1]), axes.map(() => 1)];
    const shape = x.shape.map((size, axis) =>
      size === null ? null : Math.max(0, size - cut(axis)[0] - cut(axis)[1]),
    );
    const inputs = [x, ...columns.map((column) => indices(call, column))];
    return emit(call, 'StridedSlice', inputs, { dtype: x.dtype, shape }, { end_mask: int(open) });
  };
}

/** Each element of an axis several times, or what lies between them. */
function upSampling(call: LayerCall): Tensor {
  const given = ranked(call, 4);
  const first = hasChannelsFirst(call);
  const x = first ? channelsLast(call, given) : given;
  const factors = call.settings.sizes('size', 2, 2);
  const interpolation = call.settings.text('interpolation', 'nearest');
  const sizes = factors.map((factor, index) => {
    const size = x.shape[index + 1];
    if (size != null) return size * factor;
    const made = { dtype: 'int32', shape: [] };
    const times = call.builder.constant(call.scope, [factor], 'int32', []);
    return emit(call, 'Mul', [sizeAt(call, x, index + 1), times], made);
  });
  const resized = resize(call, x, sizes, interpolation);
  return first ? channelsFirst(call, resized) : resized;
}

/** As TensorFlow 2 resizes: pixels are squares with their centres at halves. */
export function resize(
  call: LayerCall,
  x: Tensor,
  sizes: readonly (number | Tensor)[],
  interpolation: string,
): Tensor {
  const ops: Readonly<Record<string, string>> = {
    nearest: 'ResizeNearestNeighbor',
    bilinear: 'ResizeBilinear',
  };
  const op = Object.hasOwn(ops, interpolation) ? ops[interpolation] : undefined;
  if (op === undefined)
    throw new NotConverted(`Its interpolation is ${interpolation}.`, 'Use nearest or bilinear.');
  const known = sizes.map((size) => (typeof size === 'number' ? size : null));
  const shape = [x.shape[0] ?? null, ...known, x.shape[3] ?? null];
  const wanted = known.every((size) => size !== null)
    ? indices(call, known as number[])
    : packed(call, sizes);
  const attributes = { align_corners: flag(false), half_pixel_centers: flag(true) };
  return emit(call, op, [x, wanted], { dtype: x.dtype, shape }, attributes);
}

function upSampling1D(call: LayerCall): Tensor {
  const x = ranked(call, 3);
  const factor = call.settings.number('size', 2);
  const tiled = emit(call, 'Tile', [expanded(call, x, 2), indices(call, [1, 1, factor, 1])], {
    dtype: x.dtype,
    shape: [x.shape[0] ?? null, x.shape[1] ?? null, factor, x.shape[2] ?? null],
  });
  const steps = x.shape[1] == null ? null : x.shape[1] * factor;
  return reshaped(call, tiled, [x.shape[0] ?? null, steps, x.shape[2] ?? null]);
}

function unchanged(call: LayerCall): Tensor {
  return same(call, 'Identity', [only(call)]);
}

/** What does something in training alone. */
const NOTHING = { call: unchanged, keepsMask: true };

/** Layers that move elements, and those that do nothing when a model is served. */
export const SHAPES: LayerKinds = {
  Flatten: { call: flatten },
  Reshape: { call: reshape },
  Permute: { call: permute },
  RepeatVector: { call: repeatVector },
  ZeroPadding1D: { call: zeroPadding(1) },
  ZeroPadding2D: { call: zeroPadding(2) },
  ZeroPadding3D: { call: zeroPadding(3) },
  Cropping1D: { call: cropping(1) },
  Cropping2D: { call: cropping(2) },
  Cropping3D: { call: cropping(3) },
  UpSampling1D: { call: upSampling1D },
  UpSampling2D: { call: upSampling },
  Dropout: NOTHING,
  SpatialDropout1D: NOTHING,
  SpatialDropout2D: NOTHING,
  SpatialDropout3D: NOTHING,
  GaussianDropout: NOTHING,
  GaussianNoise: NOTHING,
  AlphaDropout: NOTHING,
  ActivityRegularization: NOTHING,
  Identity: NOTHING,
};
