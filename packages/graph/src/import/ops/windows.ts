import { intsAttribute, type Operation, textAttribute } from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';

/** How a window goes over the axes between images and channels: rows and columns, or those of a volume. */
export interface Window {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before and after each axis, axis by axis; or how TensorFlow computes them. */
  readonly padding: readonly number[] | 'SAME' | 'VALID';
}

/** Whether the channels stand before rows and columns, as ONNX has them. */
export function hasChannelsFirst(operation: Operation): boolean {
  const format = textAttribute(operation, 'data_format', 'NHWC');
  if (['NHWC', 'NDHWC', 'NCHW', 'NCDHW'].includes(format)) return format.startsWith('NC');
  throw new NotConverted(`Its data format is ${format}.`, 'Use NHWC or NCHW, of volumes NDHWC or NCDHW.');
}

/** The window of the node over `count` axes. */
export function windowOf(operation: Operation, count: number): Window {
  const padding = textAttribute(operation, 'padding', 'VALID');
  const strides = spatial(operation, 'strides', count);
  const dilations = spatial(operation, 'dilations', count);
  if (padding === 'SAME' || padding === 'VALID') return { strides, dilations, padding };
  const given = intsAttribute(operation, 'explicit_paddings');
  const first = hasChannelsFirst(operation) ? 4 : 2;
  if (padding === 'EXPLICIT' && given.length === 2 * (count + 2))
    return { strides, dilations, padding: given.slice(first, first + 2 * count) };
  throw new NotConverted(`Its padding is ${padding}.`, 'Use SAME, VALID or EXPLICIT.');
}

/** Of a number for each dimension, those of the `count` axes that the window goes over; left out, they are 1. */
export function spatial(operation: Operation, name: string, count: number): readonly number[] {
  const all = intsAttribute(operation, name);
  if (all.length === 0) return Array.from({ length: count }, () => 1);
  const first = hasChannelsFirst(operation) ? 2 : 1;
  const axes = all.slice(first, first + count);
  const others = all.toSpliced(first, count);
  if (all.length !== count + 2 || others.some((each) => each !== 1))
    throw new NotConverted(`Its ${name} go over images or channels.`, 'Leave them 1 there.');
  return axes;
}

/** What ONNX is told of a window over `x`, which has its channels first. */
export function windowAttributes(
  x: Value,
  kernel: readonly (number | null)[],
  window: Window,
): Record<string, readonly number[] | string> {
  const { strides, dilations, padding } = window;
  const pads = padsOf(x, kernel, window);
  if (pads !== undefined) {
    const side = (rest: number): readonly number[] => pads.filter((_, index) => index % 2 === rest);
    return { strides, pads: [...side(0), ...side(1)] };
  }
  if (padding === 'SAME' && dilations.every((dilation) => dilation === 1))
    return { strides, auto_pad: 'SAME_UPPER' };
  throw new NotConverted(
    'Its padding is computed from a size that is not known, for a kernel with gaps.',
    'Give the placeholders a shape, or use strides of 1.',
  );
}

/** Before and after each axis; `undefined` where it depends on the image. */
function padsOf(x: Value, kernel: readonly (number | null)[], window: Window): readonly number[] | undefined {
  if (window.padding === 'VALID') return kernel.flatMap(() => [0, 0]);
  if (window.padding !== 'SAME') return window.padding;
  const pads = kernel.flatMap(
    (length, axis) => samePads(x.shape?.[axis + 2], length, window, axis) ?? [null],
  );
  return pads.includes(null) ? undefined : (pads as readonly number[]);
}

/** As TensorFlow pads by SAME: as many before as after, or one more after. `null` where it depends on the image. */
export function samePads(
  size: number | null | undefined,
  length: number | null,
  { strides, dilations }: Pick<Window, 'strides' | 'dilations'>,
  axis: number,
): readonly [number, number] | null {
  const stride = strides[axis] ?? 1;
  if (length == null || (stride !== 1 && size == null)) return null;
  const covered = coveredBy(length, dilations[axis]);
  const missing =
    stride === 1 || size == null ? covered - 1 : (Math.ceil(size / stride) - 1) * stride + covered - size;
  const total = Math.max(missing, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** How many elements lie between the ends of a kernel, with the gaps that dilation leaves. */
export function coveredBy(length: number, dilation = 1): number {
  return (length - 1) * dilation + 1;
}

/** The sizes that are left of the axes which the window goes over. */
export function sizesOf(
  { shape }: Value,
  kernel: readonly (number | null)[],
  { strides, dilations, padding }: Window,
): (number | null)[] {
  return kernel.map((length, axis) => {
    const [size, stride = 1] = [shape?.[axis + 2], strides[axis]];
    if (size == null || length == null) return null;
    if (padding === 'SAME') return Math.ceil(size / stride);
    const [before = 0, after = 0] = padding === 'VALID' ? [] : padding.slice(axis * 2, axis * 2 + 2);
    return Math.floor((size + before + after - coveredBy(length, dilations[axis])) / stride) + 1;
  });
}
