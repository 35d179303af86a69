import { input, integers, type Mapper, type Operation, step } from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';
import { channelsFirst, named } from './channels.ts';
import { outputsFirst } from './images.ts';
import { combined, dimsOf, elementsOf, type Size, sizeOf, sizesTensor } from './sizes.ts';
import { coveredBy, hasChannelsFirst, samePads, type Window, windowOf } from './windows.ts';

/** The convolution's way back, over `count` axes: from what it gave to an image of the size that it took. */
function transposedConvolution(count: number): Mapper {
  return (operation) => {
    const kernel = input(operation, 1);
    const [taken, outputs] = [kernel.shape?.[count], channelsOf(operation, count)];
    if (taken == null) throw new NotConverted('The shape of its kernel is not known.', 'Give it a shape.');
    if (outputs !== null && outputs !== taken)
      throw new NotConverted('It goes back through a convolution in groups.', 'Use one without groups.');
    return transposedBack(operation, outputsFirst(operation, kernel), count, 1);
  };
}

/** Of each channel by itself. */
const depthwise: Mapper = (operation) => {
  const kernel = input(operation, 1);
  const [rows, columns, channels, times] = kernel.shape ?? [];
  if (rows == null || columns == null || channels == null || times == null)
    throw new NotConverted('The shape of its kernel is not known.', 'Give the kernel a shape.');
  const shape = [rows, columns, 1, channels * times];
  const result = { dtype: kernel.dtype, shape };
  const flat = step(operation, 'Reshape', [kernel, integers(operation, shape)], result);
  return transposedBack(operation, outputsFirst(operation, flat), 2, channels);
};

function transposedBack(
  operation: Operation,
  weights: Value,
  count: number,
  group: number,
): readonly Value[] {
  const x = channelsFirst(operation, input(operation, 2), count);
  const kernel = (weights.shape ?? []).slice(2);
  const window = windowOf(operation, count);
  const sizes = spaceOf(operation, count);
  const { strides, dilations } = window;
  const channels = (weights.shape?.[1] ?? 0) * group;
  const shape = [x.shape?.[0] ?? null, channels, ...dimsOf(sizes)];
  const result = { dtype: x.dtype, shape };
  const attributes = { group, strides, dilations };
  const fitted = fittedTo(sizes, kernel, window);
  if (fitted !== undefined)
    return named(
      operation,
      step(operation, 'ConvTranspose', [x, weights], result, { ...attributes, ...fitted }),
    );
  const whole = { dtype: x.dtype, shape: shape.map((size, axis) => (axis < 2 ? size : null)) };
  const all = step(operation, 'ConvTranspose', [x, weights], whole, attributes);
  return named(operation, cutTo(operation, all, sizes, x, kernel, window));
}

/** Which channels the size says that the image has: it may also have sizes of rows and columns only. */
function channelsOf(operation: Operation, count: number): number | null {
  const sizes = elementsOf(operation, 0, lengthOf(operation, count));
  const channels = sizes.length > count ? sizes[hasChannelsFirst(operation) ? 1 : count + 1] : null;
  return typeof channels === 'number' ? channels : null;
}

function spaceOf(operation: Operation, count: number): readonly Size[] {
  const sizes = elementsOf(operation, 0, lengthOf(operation, count));
  if (sizes.length === count) return sizes;
  const first = hasChannelsFirst(operation) ? 2 : 1;
  return sizes.slice(first, first + count);
}

function lengthOf(operation: Operation, count: number): number {
  const { shape, known } = input(operation, 0);
  const length = known?.length ?? shape?.[0];
  if (length === count || length === count + 2) return length;
  throw new NotConverted('How many sizes its result has is not known.', 'Give the sizes as a list.');
}

/** What ONNX leaves out at the edges, and adds behind, for the sizes to come out; `undefined` where they show later. */
function fittedTo(
  sizes: readonly Size[],
  kernel: readonly (number | null)[],
  { strides, dilations, padding }: Window,
): { readonly pads: readonly number[]; readonly output_padding: readonly number[] } | undefined {
  const axes = sizes.map((size, axis) => {
    const [length, stride = 1] = [kernel[axis], strides[axis]];
    if (typeof size !== 'number' || length == null) return undefined;
    const pads = samePads(size, length, { strides, dilations }, axis) ?? [0, 0];
    const [before, after] =
      padding === 'SAME' ? pads : padding === 'VALID' ? [0, 0] : padding.slice(2 * axis, 2 * axis + 2);
    const left = size + (before ?? 0) + (after ?? 0) - coveredBy(length, dilations[axis]);
    return { before: before ?? 0, after: after ?? 0, more: left < 0 ? left : left % stride };
  });
  if (axes.includes(undefined)) return undefined;
  const all = axes.flatMap((each) => each ?? []);
  // A kernel that goes beyond the image, as SAME has it for few pixels, is cut as where sizes are not known.
  if (all.some(({ more }) => more < 0)) return undefined;
  const pads = [...all.map(({ before }) => before), ...all.map(({ after }) => after)];
  return { pads, output_padding: all.map(({ more }) => more) };
}

/** Of all that the kernel reaches, the image: what it never reached is 0. */
function cutTo(
  operation: Operation,
  all: Value,
  sizes: readonly Size[],
  x: Value,
  kernel: readonly (number | null)[],
  { strides, dilations, padding }: Window,
): Value {
  const reached = sizes.map((_, axis) => {
    const steps = combined(operation, 'Sub', sizeOf(operation, x, axis + 2), 1);
    const way = combined(operation, 'Mul', steps, strides[axis] ?? 1);
    return combined(operation, 'Add', way, coveredBy(kernel[axis] ?? 1, dilations[axis]));
  });
  const starts = sizes.map((size, axis) => {
    if (padding === 'VALID') return 0;
    if (padding !== 'SAME') return padding[2 * axis] ?? 0;
    const missing = combined(operation, 'Sub', reached[axis] ?? 0, size);
    return combined(operation, 'Div', combined(operation, 'Max', missing, 0), 2);
  });
  const ends = sizes.map((size, axis) => combined(operation, 'Add', size, starts[axis] ?? 0));
  const more = ends.map((end, axis) =>
    combined(operation, 'Max', combined(operation, 'Sub', end, reached[axis] ?? 0), 0),
  );
  const axes = integers(
    operation,
    sizes.map((_, axis) => axis + 2),
  );
  const none = sizes.map(() => 0);
  const zero = operation.emitter.number(operation.node.name, 0, all.dtype);
  const pads = sizesTensor(operation, [...none, ...more]);
  const padded = step(operation, 'Pad', [all, pads, zero, axes], { dtype: all.dtype, shape: all.shape });
  const result = { dtype: all.dtype, shape: [...(all.shape ?? []).slice(0, 2), ...dimsOf(sizes)] };
  const cuts = [sizesTensor(operation, starts), sizesTensor(operation, ends), axes];
  return step(operation, 'Slice', [padded, ...cuts], result);
}

/** Convolutions backwards, which networks use to make images larger. */
export const TRANSPOSED_CONVOLUTIONS: Readonly<Record<string, Mapper>> = {
  Conv2DBackpropInput: transposedConvolution(2),
  Conv3DBackpropInputV2: transposedConvolution(3),
  DepthwiseConv2dNativeBackpropInput: depthwise,
};
