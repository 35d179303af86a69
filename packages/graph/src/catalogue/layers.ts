import { type Feature, node, type Sketch, weight } from './sketch.ts';

/** Zeros around an image: as many on all sides, or TensorFlow's `SAME`, which puts what is odd at the end. */
export type Padding = number | 'same';

/** The variance of max(0, x), where x is normal and has a variance of 1. */
const RECTIFIED = 1 / 2 - 1 / (2 * Math.PI);

export interface Convolution {
  readonly channels: number;
  readonly size: number;
  readonly stride?: number;
  readonly padding?: Padding;
  /** Between the elements that the kernel takes. */
  readonly rate?: number;
  readonly bias: boolean;
  readonly dense?: boolean;
}

export function conv(to: Sketch, x: Feature, layer: string, options: Convolution): Feature {
  const { channels, size, stride = 1, padding = 0, rate = 1, bias, dense = false } = options;
  const reach = (size - 1) * rate + 1;
  const pads = padsOf(x.side, reach, stride, padding);
  const dims = [channels, x.channels, size, size];
  const inputs = [x.name, weight(to, { layer, role: 'kernel', dims, dense, spread: x.spread })];
  if (bias) inputs.push(weight(to, { layer, role: 'bias', dims: [channels], dense, spread: x.spread }));
  const name = node(to, 'Conv', layer, inputs, {
    dilations: [rate, rate],
    kernel_shape: [size, size],
    pads: aroundImage(pads),
    strides: [stride, stride],
  });
  // He's kernels have a variance of 2 / fan-in: https://arxiv.org/abs/1502.01852
  return { name, channels, side: sideAfter(x.side, reach, stride, pads), spread: 2 * x.spread };
}

export function batchNorm(to: Sketch, x: Feature, layer: string, epsilon: number): Feature {
  const dims = [x.channels];
  const roles = ['gamma', 'beta', 'mean', 'variance'] as const;
  const weights = roles.map((role) => weight(to, { layer, role, dims, dense: false, spread: x.spread }));
  const name = node(to, 'BatchNormalization', layer, [x.name, ...weights], { epsilon: { float: epsilon } });
  return { ...x, name, spread: 1 };
}

export function relu(to: Sketch, x: Feature, layer: string): Feature {
  return { ...x, name: node(to, 'Relu', layer, [x.name]), spread: RECTIFIED * x.spread };
}

export function maxPool(
  to: Sketch,
  x: Feature,
  layer: string,
  size: number,
  stride: number,
  padding: Padding,
): Feature {
  const pads = padsOf(x.side, size, stride, padding);
  const name = node(to, 'MaxPool', layer, [x.name], {
    kernel_shape: [size, size],
    pads: aroundImage(pads),
    strides: [stride, stride],
  });
  return { ...x, name, side: sideAfter(x.side, size, stride, pads) };
}

export function averagePool(to: Sketch, x: Feature, layer: string, size: number): Feature {
  const name = node(to, 'AveragePool', layer, [x.name], {
    kernel_shape: [size, size],
    strides: [size, size],
  });
  return { ...x, name, side: sideAfter(x.side, size, size, [0, 0]) };
}

export function globalPool(to: Sketch, x: Feature, layer: string): Feature {
  return { ...x, name: node(to, 'GlobalAveragePool', layer, [x.name]), side: 1 };
}

export function add(to: Sketch, x: Feature, y: Feature, layer: string): Feature {
  return { ...x, name: node(to, 'Add', layer, [x.name, y.name]), spread: x.spread + y.spread };
}

/** The channels of one behind those of the other. */
export function concat(to: Sketch, x: Feature, y: Feature, layer: string): Feature {
  const channels = x.channels + y.channels;
  const spread = (x.spread * x.channels + y.spread * y.channels) / channels;
  return { ...x, name: node(to, 'Concat', layer, [x.name, y.name], { axis: 1 }), channels, spread };
}

type Pads = readonly [before: number, after: number];

/** `SAME` as https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2 has it. */
function padsOf(side: number, reach: number, stride: number, padding: Padding): Pads {
  if (padding !== 'same') return [padding, padding];
  const total = Math.max(0, (Math.ceil(side / stride) - 1) * stride + reach - side);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function sideAfter(side: number, reach: number, stride: number, [before, after]: Pads): number {
  return Math.floor((side + before + after - reach) / stride) + 1;
}

function aroundImage([before, after]: Pads): readonly number[] {
  return [before, before, after, after];
}
