import type { Rgb } from '../import/imported-model.ts';

/** How pixels stand at the input of a network: (level - mean) * scale, red first, where levels run from 0 to 255. */
export interface NetworkInput {
  /** Pixels of both sides. */
  readonly side: number;
  readonly mean: Rgb;
  readonly scale: number;
}

interface AnyNetwork {
  /** Before the names of all that it holds. */
  readonly scope: string;
  readonly input: NetworkInput;
  readonly classes: number;
}

/** Residual units of three convolutions (https://arxiv.org/abs/1512.03385), in four blocks. */
export interface ResNet extends AnyNetwork {
  readonly family: 'resnet';
  /** Channels of the first convolution; the units of a block have as many inside, twice as many in each next block. */
  readonly width: number;
  readonly units: readonly number[];
}

/** Units that add channels to what they take (https://arxiv.org/abs/1608.06993). */
export interface DenseNet extends AnyNetwork {
  readonly family: 'densenet';
  /** Channels of the first convolution. */
  readonly width: number;
  /** Channels that each unit adds. */
  readonly growth: number;
  readonly units: readonly number[];
}

/** Blocks of convolutions, and fully connected layers (https://arxiv.org/abs/1409.1556). */
export interface Vgg extends AnyNetwork {
  readonly family: 'vgg';
  /** Channels of the convolutions in each block, and how many they are. */
  readonly widths: readonly number[];
  readonly units: readonly number[];
  /** Channels of the two fully connected layers. */
  readonly hidden: number;
}

/** Boxes over blocks of VGG-16 and four blocks of their own (https://arxiv.org/abs/1512.02325). */
export interface Ssd extends AnyNetwork {
  readonly family: 'ssd';
  /** Channels of the first convolution. */
  readonly width: number;
}

/** What is built: sizes as data, so that a network of the same shape may be small. */
export type Network = ResNet | DenseNet | Vgg | Ssd;

export type Family = Network['family'];

/** Where frameworks build the same network differently. Weights of one give nonsense in another. */
export interface Variant {
  /** What batch norms add to the variance. */
  readonly epsilon: number;
  /** Whether convolutions before batch norms have biases. */
  readonly biases: boolean;
  /** Which convolution of a residual block has its stride: one of the first unit, or one of the last. */
  readonly stride: 'first 1x1' | 'first 3x3' | 'last 3x3';
  /** Around the first convolution and before the first pooling: as much on all sides, or TensorFlow's `SAME`. */
  readonly stem: { readonly convolution: 'fixed' | 'same'; readonly pooling: 'fixed' | 'same' };
}
