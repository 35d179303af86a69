import {
  boolAttribute,
  floatAttribute,
  input,
  intAttribute,
  integers,
  type Mapper,
  type Operation,
  rankOf,
  step,
} from '../operation.ts';
import { NotConverted } from '../refuse.ts';
import type { Value } from '../value.ts';
import { channelsFirst, named, transposed } from './channels.ts';
import { sizesOf, spatial, windowAttributes, windowOf } from './windows.ts';

/** Convolutions over `count` axes. */
function convolution(count: number): Mapper {
  return (operation) => {
    const [x, kernel] = [channelsFirst(operation, input(operation, 0), count), input(operation, 1)];
    const [channels, taken] = [x.shape?.[1], kernel.shape?.[count]];
    if (channels == null || !taken)
      throw new NotConverted('How many channels it takes is not known.', 'Give the placeholders a shape.');
    if (channels % taken !== 0)
      throw new NotConverted(
        `It takes ${channels} channels, and its kernel ${taken}.`,
        'Save the model again with TensorFlow.',
      );
    return convolved(operation, x, outputsFirst(operation, kernel), channels / taken);
  };
}

const depthwise: Mapper = (operation) => {
  const [x, kernel] = [channelsFirst(operation, input(operation, 0), 2), input(operation, 1)];
  const [rows, columns, channels, times] = kernel.shape ?? [];
  if (rows == null || columns == null || channels == null || times == null)
    throw new NotConverted('The shape of its kernel is not known.', 'Give the kernel a shape.');
  const shape = [rows, columns, 1, channels * times];
  const flat = step(operation, 'Reshape', [kernel, integers(operation, shape)], { dtype: x.dtype, shape });
  return convolved(operation, x, outputsFirst(operation, flat), channels);
};

/** Of a kernel: its axes of space, inputs, outputs to outputs, inputs, axes of space. */
export function outputsFirst(operation: Operation, kernel: Value): Value {
  const count = rankOf(kernel) - 2;
  const axes = Array.from({ length: count }, (_, index) => index);
  return transposed(operation, kernel, [count + 1, count, ...axes]);
}

function convolved(operation: Operation, x: Value, weights: Value, group: number): readonly Value[] {
  const kernel = (weights.shape ?? []).slice(2);
  const window = windowOf(operation, kernel.length);
  const shape = [x.shape?.[0] ?? null, weights.shape?.[0] ?? null, ...sizesOf(x, kernel, window)];
  const { dilations } = window;
  const attributes = { group, dilations, ...windowAttributes(x, kernel, window) };
  return named(operation, step(operation, 'Conv', [x, weights], { dtype: x.dtype, shape }, attributes));
}

/** Pooling over `count` axes. */
function pool(op: string, count: number): Mapper {
  return (operation) => {
    const x = channelsFirst(operation, input(operation, 0), count);
    const kernel = spatial(operation, 'ksize', count);
    const window = windowOf(operation, count);
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
  const given = input(operation, 0);
  const x = channelsFirst(operation, given, rankOf(given) - 2);
  const parameters = [1, 2, 3, 4].map((index) => input(operation, index));
  const epsilon = { float: floatAttribute(operation, 'epsilon', 1e-4) };
  const result = { dtype: x.dtype, shape: x.shape };
  return named(operation, step(operation, 'BatchNormalization', [x, ...parameters], result, { epsilon }));
};

/** By the squares of the channels beside; ONNX divides their sum by how many they are, which `alpha` makes up for. */
const localResponse: Mapper = (operation) => {
  const given = input(operation, 0);
  if (given.dtype !== 'float32')
    throw new NotConverted(`It computes with ${given.dtype}.`, 'Cast to float32 before it in the model.');
  const x = channelsFirst(operation, given, 2);
  const size = 2 * intAttribute(operation, 'depth_radius', 5) + 1;
  const attributes = {
    size,
    alpha: { float: floatAttribute(operation, 'alpha', 1) * size },
    beta: { float: floatAttribute(operation, 'beta', 0.5) },
    bias: { float: floatAttribute(operation, 'bias', 1) },
  };
  return named(operation, step(operation, 'LRN', [x], { dtype: x.dtype, shape: x.shape }, attributes));
};

/** Ops of images and volumes. */
export const IMAGES: Readonly<Record<string, Mapper>> = {
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  DepthwiseConv2dNative: depthwise,
  MaxPool: pool('MaxPool', 2),
  MaxPool3D: pool('MaxPool', 3),
  AvgPool: pool('AveragePool', 2),
  AvgPool3D: pool('AveragePool', 3),
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  LRN: localResponse,
};
