import {
  boolAttribute,
  finish,
  floatAttribute,
  input,
  integers,
  intsAttribute,
  type Mapper,
  type Operation,
  rankOf,
  step,
  textAttribute,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';

/** ONNX has channels before rows and columns, TensorFlow mostly behind them. */
const TO_FIRST = [0, 3, 1, 2];
const TO_LAST = [0, 2, 3, 1];
/** Rows, columns, inputs, outputs to outputs, inputs, rows, columns. */
const KERNEL = [3, 2, 0, 1];

/** How a window goes over rows and columns. */
interface Window {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before and after the rows, before and after the columns; or how TensorFlow computes them. */
  readonly padding: readonly number[] | 'SAME' | 'VALID';
}

const convolution: Mapper = (operation) => {
  const [x, kernel] = [channelsFirst(operation, input(operation, 0)), input(operation, 1)];
  const [channels, taken] = [x.shape?.[1], kernel.shape?.[2]];
  if (channels == null || !taken)
    throw new NotConverted('How many channels it takes is not known.', 'Give the placeholders a shape.');
  const weights = transposed(operation, kernel, KERNEL);
  return convolved(operation, x, weights, channels / taken);
};

const depthwise: Mapper = (operation) => {
  const [x, kernel] = [channelsFirst(operation, input(operation, 0)), input(operation, 1)];
  const [rows, columns, channels, times] = kernel.shape ?? [];
  if (rows == null || columns == null || channels == null || times == null)
    throw new NotConverted('The shape of its kernel is not known.', 'Give the kernel a shape.');
  const shape = [rows, columns, 1, channels * times];
  const flat = step(operation, 'Reshape', [kernel, integers(operation, shape)], { dtype: x.dtype, shape });
  return convolved(operation, x, transposed(operation, flat, KERNEL), channels);
};

function convolved(operation: Operation, x: Value, weights: Value, group: number): readonly Value[] {
  const window = windowOf(operation);
  const kernel = (weights.shape ?? []).slice(2);
  const shape = [x.shape?.[0] ?? null, weights.shape?.[0] ?? null, ...sizesOf(x, kernel, window)];
  const { dilations } = window;
  const attributes = { group, dilations, ...windowAttributes(x, kernel, window) };
  return named(operation, step(operation, 'Conv', [x, weights], { dtype: x.dtype, shape }, attributes));
}

function pool(op: string): Mapper {
  return (operation) => {
    const x = channelsFirst(operation, input(operation, 0));
    const kernel = spatial(operation, 'ksize');
    const window = { ...windowOf(operation), dilations: [1, 1] };
    const shape = [x.shape?.[0] ?? null, x.shape?.[1] ?? null, ...sizesOf(x, kernel, window)];
    const attributes = { kernel_shape: kernel, ...windowAttributes(x, kernel, window) };
    return named(operation, step(operation, op, [x], { dtype: x.dtype, shape }, attributes));
  };
}

const batchNorm: Mapper = (operation) => {
  if (boolAttribute(operation, 'is_training', true))
    throw new NotConverted(
      'It takes mean and variance of the batch, as in training.',
      'Save the model for serving.',
    );
  const x = channelsFirst(operation, input(operation, 0));
  const parameters = [1, 2, 3, 4].map((index) => input(operation, index));
  const epsilon = { float: floatAttribute(operation, 'epsilon', 1e-4) };
  const result = { dtype: x.dtype, shape: x.shape };
  return named(operation, step(operation, 'BatchNormalization', [x, ...parameters], result, { epsilon }));
};

function hasChannelsFirst(operation: Operation): boolean {
  const format = textAttribute(operation, 'data_format', 'NHWC');
  if (format === 'NHWC' || format === 'NCHW') return format === 'NCHW';
  throw new NotConverted(`Its data format is ${format}.`, 'Use NHWC or NCHW.');
}

function channelsFirst(operation: Operation, x: Value): Value {
  if (rankOf(x) !== 4) throw new NotConverted('It takes no images of four dimensions.', 'Use images.');
  return hasChannelsFirst(operation) ? x : transposed(operation, x, TO_FIRST);
}

/** The result in the node's own format, under its name. ONNX Runtime takes out pairs of transpositions. */
function named(operation: Operation, result: Value): readonly Value[] {
  if (hasChannelsFirst(operation)) return finish(operation, 'Identity', [result], result);
  const shape = TO_LAST.map((axis) => result.shape?.[axis] ?? null);
  return finish(operation, 'Transpose', [result], { dtype: result.dtype, shape }, { perm: TO_LAST });
}

function transposed(operation: Operation, value: Value, perm: readonly number[]): Value {
  const shape = perm.map((axis) => value.shape?.[axis] ?? null);
  return step(operation, 'Transpose', [value], { dtype: value.dtype, shape }, { perm });
}

function windowOf(operation: Operation): Window {
  const padding = textAttribute(operation, 'padding', 'VALID');
  const strides = spatial(operation, 'strides');
  const dilations = spatial(operation, 'dilations');
  if (padding === 'SAME' || padding === 'VALID') return { strides, dilations, padding };
  const given = intsAttribute(operation, 'explicit_paddings');
  const first = hasChannelsFirst(operation) ? 4 : 2;
  if (padding === 'EXPLICIT' && given.length === 8)
    return { strides, dilations, padding: given.slice(first, first + 4) };
  throw new NotConverted(`Its padding is ${padding}.`, 'Use SAME, VALID or EXPLICIT.');
}

/** Of a number for each dimension, those of rows and columns; left out, they are 1. */
function spatial(operation: Operation, name: string): readonly number[] {
  const all = intsAttribute(operation, name);
  if (all.length === 0) return [1, 1];
  const [rows, columns, batch, channels] = hasChannelsFirst(operation) ? [2, 3, 0, 1] : [1, 2, 0, 3];
  if (all.length !== 4 || all[batch] !== 1 || all[channels] !== 1)
    throw new NotConverted(`Its ${name} go over images or channels.`, 'Leave them 1 there.');
  return [all[rows] as number, all[columns] as number];
}

function windowAttributes(
  x: Value,
  kernel: readonly (number | null)[],
  window: Window,
): Record<string, readonly number[] | string> {
  const { strides, dilations, padding } = window;
  const pads = padding === 'SAME' ? [0, 1].map((axis) => samePads(x, kernel, window, axis)) : [];
  if (!pads.includes(null)) {
    const [top = 0, bottom = 0, left = 0, right = 0] =
      typeof padding === 'string' ? pads.flatMap((both) => both ?? []) : padding;
    return { strides, pads: [top, left, bottom, right] };
  }
  if (dilations.every((dilation) => dilation === 1)) return { strides, auto_pad: 'SAME_UPPER' };
  throw new NotConverted(
    'Its padding is computed from a size that is not known, for a kernel with gaps.',
    'Give the placeholders a shape, or use strides of 1.',
  );
}

/** As TensorFlow pads by SAME: as many before as after, or one more after. `null` where it depends on the image. */
function samePads(
  { shape }: Value,
  kernel: readonly (number | null)[],
  { strides, dilations }: Window,
  axis: number,
): readonly number[] | null {
  const [size, length, stride = 1] = [shape?.[axis + 2], kernel[axis], strides[axis]];
  if (length == null || (stride !== 1 && size == null)) return null;
  const covered = (length - 1) * (dilations[axis] ?? 1) + 1;
  const missing =
    stride === 1 || size == null ? covered - 1 : (Math.ceil(size / stride) - 1) * stride + covered - size;
  const total = Math.max(missing, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function sizesOf({ shape }: Value, kernel: readonly (number | null)[], window: Window): (number | null)[] {
  return [0, 1].map((axis) => {
    const [size, length] = [shape?.[axis + 2], kernel[axis]];
    const stride = window.strides[axis] ?? 1;
    if (size == null || length == null) return null;
    if (window.padding === 'SAME') return Math.ceil(size / stride);
    const pads = window.padding === 'VALID' ? [] : window.padding.slice(axis * 2, axis * 2 + 2);
    const whole = size + (pads[0] ?? 0) + (pads[1] ?? 0);
    return Math.floor((whole - (length - 1) * (window.dilations[axis] ?? 1) - 1) / stride) + 1;
  });
}

/** Ops of images. */
export const IMAGES: Readonly<Record<string, Mapper>> = {
  Conv2D: convolution,
  DepthwiseConv2dNative: depthwise,
  MaxPool: pool('MaxPool'),
  AvgPool: pool('AveragePool'),
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
};
