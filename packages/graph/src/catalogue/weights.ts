import type { Bytes } from '../onnx/bytes.ts';
import type { Variant } from './network.ts';

/** Numbers of float32, little endian, as ONNX has them: those of kernels by outputs, inputs, rows and columns. */
export interface Weight {
  readonly dims: readonly number[];
  /** In memory, or where they lie in a file. */
  readonly bytes: Bytes;
}

/** Of TF-slim, keras.applications, torchvision and timm: how each names and stores the weights of its networks. */
export type LayoutName = 'slim' | 'keras' | 'torchvision' | 'timm';

/** The weights of a network. */
export interface NetworkWeights {
  /** Whether those of its classifier are among them. */
  readonly part: WeightsPart;
  /** Said in the metadata of the model, so that its weights can be read from it again. */
  readonly layout: LayoutName;
  /** How the framework builds the network that they are from. */
  readonly variant: Variant;
  /** What the framework puts in: (level - mean) / std of each channel, red first. */
  readonly pixels: Pixels;
  /** Said in the metadata of the model: `keras`, or `random, seed 7`. */
  readonly origin: string;
  /** By the names that TF-slim has: `resnet_v1_50/conv1/weights`. */
  readonly tensors: ReadonlyMap<string, Weight>;
}

/** Of featurizer and classifier, or of the featurizer alone. */
export type WeightsPart = 'network' | 'featurizer';

export interface Pixels {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}
