import { NotConverted } from '../../import/refuse.ts';
import { ints, type Shape, type Tensor, text } from '../graph/builder.ts';
import { activated } from './activations.ts';
import {
  emit,
  indices,
  type LayerCall,
  type LayerKind,
  type LayerKinds,
  ranked,
  same,
  slot,
  type WeightSlot,
} from './layer-kind.ts';
import { EXPORT, type Settings } from './settings.ts';
import {
  channelsFirst,
  channelsLast,
  expanded,
  hasChannelsFirst,
  packed,
  sizeAt,
  squeezed,
} from './shapes.ts';

/** How a window goes over the axes of space. */
interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: 'SAME' | 'VALID';
}

function windowOf(settings: Settings, dimensions: number): Window {
  return {
    kernel: settings.sizes('kernel_size', dimensions),
    strides: settings.sizes('strides', dimensions, 1),
    dilations: settings.sizes('dilation_rate', dimensions, 1),
    padding: paddingOf(settings),
  };
}

function paddingOf(settings: Settings): 'SAME' | 'VALID' {
  const padding = settings.text('padding', 'valid');
  if (padding === 'same') return 'SAME';
  if (padding === 'valid' || padding === 'causal') return 'VALID';
  throw new NotConverted(`Its padding is ${padding}.`, 'Use valid, same or causal.');
}

/** The sizes that a window leaves (https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2). */
function windowed(sizes: Shape, { kernel, strides, dilations, padding }: Window): Shape {
  return sizes.map((size, axis) => {
    if (size === null) return null;
    const [length, stride, dilation] = [kernel[axis] ?? 1, strides[axis] ?? 1, dilations[axis] ?? 1];
    const reach = padding === 'SAME' ? 1 : (length - 1) * dilation + 1;
    return Math.max(0, Math.ceil((size - reach + 1) / stride));
  });
}

/** The attributes of TensorFlow's ops of windows, for tensors with channels at the end. */
function windowAttributes({ strides, dilations, padding }: Window) {
  return {
    strides: ints([1, ...strides, 1]),
    dilations: ints([1, ...dilations, 1]),
    padding: text(padding),
    data_format: text(strides.length === 3 ? 'NDHWC' : 'NHWC'),
  };
}

/**
 * Calls `compute` on the layer's input with channels at the end, and of sequences with rows of one element, as
 * TensorFlow computes them. `compute` gives a tensor of the same kind.
 */
function inSpace(call: LayerCall, dimensions: number, compute: (x: Tensor) => Tensor): Tensor {
  const given = ranked(call, dimensions + 2);
  const first = hasChannelsFirst(call);
  const last = first ? channelsLast(call, given) : given;
  const result = compute(dimensions === 1 ? expanded(call, last, 1) : last);
  const back = dimensions === 1 ? squeezed(call, result, 1) : result;
  return first ? channelsFirst(call, back) : back;
}

/** The window of a sequence as that of an image of one row. */
function inRows(window: Window): Window {
  const { kernel, strides, dilations } = window;
  if (kernel.length !== 1) return window;
  // A stride of the rows is that of the columns: TensorFlow takes no others in some ops, and there is one row alone.
  return {
    ...window,
    kernel: [1, ...kernel],
    strides: [strides[0] ?? 1, ...strides],
    dilations: [1, ...dilations],
  };
}

/** What a window may not see: the future. */
function padCausal(call: LayerCall, x: Tensor, { kernel, dilations }: Window): Tensor {
  if (call.settings.text('padding', 'valid') !== 'causal') return x;
  const before = ((kernel.at(-1) ?? 1) - 1) * (dilations.at(-1) ?? 1);
  const axis = x.shape.length - 2;
  const pairs = x.shape.map((_, at) => (at === axis ? [before, 0] : [0, 0]));
  const size = x.shape[axis];
  const made = { dtype: x.dtype, shape: x.shape.with(axis, size == null ? null : size + before) };
  return emit(
    call,
    'Pad',
    [x, call.builder.constant(call.scope, pairs.flat(), 'int32', [pairs.length, 2])],
    made,
  );
}

/** With the bias, where the layer has one, and the activation. */
function finished(call: LayerCall, x: Tensor): Tensor {
  const biased = call.settings.flag('use_bias', true) ? same(call, 'BiasAdd', [x, call.weight('bias')]) : x;
  return activated(call, biased, call.settings.fields['activation']);
}

function biasSlots(settings: Settings, size: number): readonly WeightSlot[] {
  return settings.flag('use_bias', true) ? [slot('bias', [size])] : [];
}

/** Holds that a kernel takes as many channels as it is given. */
function requireChannels(x: Tensor, taken: number | null, groups = 1): void {
  const given = x.shape.at(-1);
  if (given == null || taken === null || given !== taken * groups)
    throw new NotConverted(
      `It is given ${given ?? 'any number of'} channels, and its kernel takes ${taken}.`,
      'Save the model again with Keras.',
    );
}

function kernelInRows(call: LayerCall, kernel: Tensor, dimensions: number): Tensor {
  return dimensions === 1 ? expanded(call, kernel, 0) : kernel;
}

function convolution(dimensions: number): LayerKind {
  return {
    weights: (settings) => [
      slot('kernel', [...settings.sizes('kernel_size', dimensions), null, settings.number('filters')]),
      ...biasSlots(settings, settings.number('filters')),
    ],
    call: (call) =>
      inSpace(call, dimensions, (x) => {
        const window = inRows(windowOf(call.settings, dimensions));
        const kernel = kernelInRows(call, call.weight('kernel'), dimensions);
        requireChannels(x, kernel.shape.at(-2) ?? null, call.settings.number('groups', 1));
        return finished(
          call,
          convolved(call, dimensions === 3 ? 'Conv3D' : 'Conv2D', padCausal(call, x, window), kernel, window),
        );
      }),
  };
}

function convolved(call: LayerCall, op: string, x: Tensor, kernel: Tensor, window: Window): Tensor {
  const channels =
    op === 'DepthwiseConv2dNative'
      ? (kernel.shape[2] ?? 0) * (kernel.shape[3] ?? 0)
      : (kernel.shape.at(-1) ?? null);
  const shape = [x.shape[0] ?? null, ...windowed(x.shape.slice(1, -1), window), channels];
  return emit(call, op, [x, kernel], { dtype: x.dtype, shape }, windowAttributes(window));
}

function depthwise(dimensions: number): LayerKind {
  return {
    weights: (settings) => [
      {
        ...slot('depthwise_kernel', [
          ...settings.sizes('kernel_size', dimensions),
          null,
          settings.number('depth_multiplier', 1),
        ]),
        otherName: 'kernel',
      },
      // As many as there are channels, which the settings do not say.
      ...(settings.flag('use_bias', true) ? [slot('bias', [null])] : []),
    ],
    call: (call) =>
      inSpace(call, dimensions, (x) => {
        const window = inRows(windowOf(call.settings, dimensions));
        const kernel = kernelInRows(call, call.weight('depthwise_kernel'), dimensions);
        requireChannels(x, kernel.shape.at(-2) ?? null);
        return finished(
          call,
          convolved(call, 'DepthwiseConv2dNative', padCausal(call, x, window), kernel, window),
        );
      }),
  };
}

function separable(dimensions: number): LayerKind {
  return {
    weights: (settings) => [
      slot('depthwise_kernel', [
        ...settings.sizes('kernel_size', dimensions),
        null,
        settings.number('depth_multiplier', 1),
      ]),
      slot('pointwise_kernel', [...settings.sizes('one', dimensions, 1), null, settings.number('filters')]),
      ...biasSlots(settings, settings.number('filters')),
    ],
    call: (call) =>
      inSpace(call, dimensions, (x) => {
        const window = inRows(windowOf(call.settings, dimensions));
        const depth = kernelInRows(call, call.weight('depthwise_kernel'), dimensions);
        const point = kernelInRows(call, call.weight('pointwise_kernel'), dimensions);
        requireChannels(x, depth.shape.at(-2) ?? null);
        const deep = convolved(call, 'DepthwiseConv2dNative', padCausal(call, x, window), depth, window);
        requireChannels(deep, point.shape.at(-2) ?? null);
        return finished(
          call,
          convolved(call, 'Conv2D', deep, point, {
            kernel: [1, 1],
            strides: [1, 1],
            dilations: [1, 1],
            padding: 'VALID',
          }),
        );
      }),
  };
}

/** The gradient of a convolution: each element is spread over a window. */
const transposedConvolution: LayerKind = {
  weights: (settings) => [
    slot('kernel', [...settings.sizes('kernel_size', 2), settings.number('filters'), null]),
    ...biasSlots(settings, settings.number('filters')),
  ],
  call: (call) =>
    inSpace(call, 2, (x) => {
      const { settings } = call;
      settings.require('output_padding', null, 'Only sizes that follow from the padding are converted.');
      const window = windowOf(settings, 2);
      if (window.dilations.some((dilation) => dilation !== 1))
        throw new NotConverted('It is dilated.', EXPORT);
      const kernel = call.weight('kernel');
      requireChannels(x, kernel.shape[3] ?? null);
      const filters = kernel.shape[2] as number;
      const sizes = [0, 1].map((axis) => spreadSize(call, x, window, axis));
      const known = sizes.map((size) => (typeof size === 'number' ? size : null));
      const wanted = packed(call, [sizeAt(call, x, 0), ...sizes, filters]);
      const made = { dtype: x.dtype, shape: [x.shape[0] ?? null, ...known, filters] };
      return finished(
        call,
        emit(call, 'Conv2DBackpropInput', [wanted, kernel, x], made, windowAttributes(window)),
      );
    }),
};

function spreadSize(call: LayerCall, x: Tensor, window: Window, axis: number): number | Tensor {
  const [stride, length] = [window.strides[axis] ?? 1, window.kernel[axis] ?? 1];
  const more = window.padding === 'SAME' ? 0 : Math.max(length - stride, 0);
  const size = x.shape[axis + 1];
  if (size != null) return size * stride + more;
  const number = (value: number): Tensor => call.builder.constant(call.scope, [value], 'int32', []);
  const spread = same(call, 'Mul', [sizeAt(call, x, axis + 1), number(stride)]);
  return same(call, 'AddV2', [spread, number(more)]);
}

function pooling(op: string, dimensions: number): LayerKind {
  return {
    call: (call) =>
      inSpace(call, dimensions, (x) => {
        const { settings } = call;
        const kernel = settings.sizes('pool_size', dimensions, 2);
        const strides = settings.has('strides') ? settings.sizes('strides', dimensions) : kernel;
        const dilations = kernel.map(() => 1);
        const window = inRows({ kernel, strides, dilations, padding: paddingOf(settings) });
        const shape = [x.shape[0] ?? null, ...windowed(x.shape.slice(1, -1), window), x.shape.at(-1) ?? null];
        const { dilations: _, ...attributes } = windowAttributes(window);
        const ksize = ints([1, ...window.kernel, 1]);
        return emit(
          call,
          dimensions === 3 ? `${op}3D` : op,
          [x],
          { dtype: x.dtype, shape },
          { ...attributes, ksize },
        );
      }),
  };
}

function globalPooling(op: string, dimensions: number): LayerKind {
  return {
    call: (call) => {
      const x = ranked(call, dimensions + 2);
      if (x.mask !== undefined) throw new NotConverted('It leaves steps out by a mask.', EXPORT);
      const start = hasChannelsFirst(call) ? 2 : 1;
      const axes = Array.from({ length: dimensions }, (_, axis) => axis + start);
      const keep = call.settings.flag('keepdims', false);
      const shape = keep
        ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
        : x.shape.filter((_, axis) => !axes.includes(axis));
      const attributes = { keep_dims: { value: { case: 'b', value: keep } } } as const;
      return emit(call, op, [x, indices(call, axes)], { dtype: x.dtype, shape }, attributes);
    },
  };
}

const dense: LayerKind = {
  weights: (settings) => [
    slot('kernel', [null, settings.number('units')]),
    ...biasSlots(settings, settings.number('units')),
  ],
  call: (call) => {
    const [x] = call.inputs;
    if (call.inputs.length !== 1 || x === undefined)
      throw new NotConverted('It is called with several tensors.', EXPORT);
    const kernel = call.weight('kernel');
    requireChannels(x, kernel.shape[0] ?? null);
    const made = { dtype: x.dtype, shape: [...x.shape.slice(0, -1), kernel.shape[1] ?? null] };
    return finished(call, emit(call, x.shape.length === 2 ? 'MatMul' : 'BatchMatMulV2', [x, kernel], made));
  },
  keepsMask: true,
};

/** Layers of windows, and dense ones. */
export const CONVOLUTIONS: LayerKinds = {
  Dense: dense,
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  DepthwiseConv1D: depthwise(1),
  DepthwiseConv2D: depthwise(2),
  SeparableConv1D: separable(1),
  SeparableConv2D: separable(2),
  Conv2DTranspose: transposedConvolution,
  MaxPooling1D: pooling('MaxPool', 1),
  MaxPooling2D: pooling('MaxPool', 2),
  MaxPooling3D: pooling('MaxPool', 3),
  AveragePooling1D: pooling('AvgPool', 1),
  AveragePooling2D: pooling('AvgPool', 2),
  AveragePooling3D: pooling('AvgPool', 3),
  GlobalMaxPooling1D: globalPooling('Max', 1),
  GlobalMaxPooling2D: globalPooling('Max', 2),
  GlobalMaxPooling3D: globalPooling('Max', 3),
  GlobalAveragePooling1D: globalPooling('Mean', 1),
  GlobalAveragePooling2D: globalPooling('Mean', 2),
  GlobalAveragePooling3D: globalPooling('Mean', 3),
};
