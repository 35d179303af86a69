import type { Family, Network, Variant } from '../network.ts';
import type { WeightRole, WeightSpec } from '../sketch.ts';
import { ORIGINAL } from '../variants.ts';
import { IMAGENET_PIXELS, type Layout } from './layout.ts';
import { placeOf } from './place.ts';

const VARIANTS: Partial<Readonly<Record<Family, Variant>>> = {
  resnet: {
    epsilon: 1e-5,
    biases: false,
    stride: 'first 3x3',
    stem: { convolution: 'fixed', pooling: 'fixed' },
  },
  densenet: { ...ORIGINAL.densenet, epsilon: 1e-5, stem: { convolution: 'fixed', pooling: 'fixed' } },
  vgg: ORIGINAL.vgg,
};

const VARIABLES: Readonly<Record<WeightRole, string>> = {
  kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
  scale: 'weight',
};

const NAMED: Readonly<Record<Family, Readonly<Record<string, string>>>> = {
  resnet: { conv1: 'conv1', 'conv1/BatchNorm': 'bn1', logits: 'fc' },
  densenet: {
    conv1: 'features.conv0',
    BatchNorm: 'features.norm0',
    'final_block/BatchNorm': 'features.norm5',
    logits: 'classifier',
  },
  vgg: { fc6: 'classifier.0', fc7: 'classifier.3', fc8: 'classifier.6' },
  ssd: {},
};

/** Torchvision's networks, saved with safetensors; timm has the same ResNets and DenseNets. */
export const TORCHVISION: Layout = {
  name: 'torchvision',
  variants: VARIANTS,
  pixels: () => IMAGENET_PIXELS,
  blueFirst: () => false,
  nameOf: ({ layer, role }: WeightSpec, network) => `${torchLayer(layer, network)}.${VARIABLES[role]}`,
  kernels: 'outputs first',
  isMatrix: ({ dense }) => dense,
  beside: /\.num_batches_tracked$/,
};

function torchLayer(layer: string, network: Network): string {
  const at = placeOf(layer);
  switch (at.kind) {
    case 'residual': {
      const shortcut = `downsample.${at.norm ? 1 : 0}`;
      const last = at.convolution === 0 ? shortcut : `${at.norm ? 'bn' : 'conv'}${at.convolution}`;
      return `layer${at.block}.${at.unit - 1}.${last}`;
    }
    case 'dense':
      return `features.denseblock${at.block}.denselayer${at.unit}.${at.norm ? 'norm' : 'conv'}${at.convolution}`;
    case 'transition':
      return `features.transition${at.block}.${at.norm ? 'norm' : 'conv'}`;
    case 'plain':
      return `features.${indexOf(network.family === 'vgg' ? network.units : [], at.block, at.unit)}`;
    case 'only':
      return NAMED[network.family][at.layer] ?? at.layer;
  }
}

/** In the list of convolutions, each with its ReLU, and poolings. */
function indexOf(units: readonly number[], block: number, unit: number): number {
  const before = units.slice(0, block - 1).reduce((sum, count) => sum + 2 * count + 1, 0);
  return before + 2 * (unit - 1);
}
