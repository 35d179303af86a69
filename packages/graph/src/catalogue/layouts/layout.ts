import type { Family, Network, Variant } from '../network.ts';
import type { WeightSpec } from '../sketch.ts';
import type { LayoutName, Pixels } from '../weights.ts';

/** How a framework stores the weights of networks, and how it builds them. */
export interface Layout {
  readonly name: LayoutName;
  /** Families that it has no networks of are not there. */
  readonly variants: Partial<Readonly<Record<Family, Variant>>>;
  /** What its weights were trained on. */
  readonly pixels: (network: Network) => Pixels;
  /** Whether its first convolution takes blue first. */
  readonly blueFirst: (family: Family) => boolean;
  readonly nameOf: (spec: WeightSpec, network: Network) => string;
  /** The name of today for one that older files have; any other comes back as it is. */
  readonly nameToday?: ((name: string) => string) | undefined;
  /** Kernels by rows, columns, inputs, outputs, or by outputs, inputs, rows, columns. */
  readonly kernels: 'outputs last' | 'outputs first';
  /** Whether a kernel is stored with all its inputs in one dimension. */
  readonly isMatrix: (kernel: WeightSpec) => boolean;
  /** What stands beside the weights and is no part of the network: counters, and what the training kept. */
  readonly beside: RegExp;
}

/** As images are normalised for torchvision: https://docs.pytorch.org/vision/stable/models.html */
export const IMAGENET_PIXELS: Pixels = {
  mean: [0.485 * 255, 0.456 * 255, 0.406 * 255],
  std: [0.229 * 255, 0.224 * 255, 0.225 * 255],
};

/** The shape that a weight has in the files of a layout. */
export function storedDims(spec: WeightSpec, layout: Layout): readonly number[] {
  const { dims, role } = spec;
  if (role !== 'kernel') return dims;
  const [outputs = 0, inputs = 0, rows = 0, columns = 0] = dims;
  const all = inputs * rows * columns;
  const isMatrix = layout.isMatrix(spec);
  if (layout.kernels === 'outputs first') return isMatrix ? [outputs, all] : dims;
  return isMatrix ? [all, outputs] : [rows, columns, inputs, outputs];
}
