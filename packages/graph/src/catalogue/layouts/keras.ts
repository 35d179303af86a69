import type { Family, Variant } from '../network.ts';
import { pixelsOf } from '../network-pixels.ts';
import type { WeightRole, WeightSpec } from '../sketch.ts';
import { ORIGINAL } from '../variants.ts';
import { IMAGENET_PIXELS, type Layout } from './layout.ts';
import { placeOf } from './place.ts';

const VARIANTS: Partial<Readonly<Record<Family, Variant>>> = {
  resnet: {
    epsilon: 1.001e-5,
    biases: true,
    stride: 'first 1x1',
    stem: { convolution: 'fixed', pooling: 'fixed' },
  },
  densenet: {
    ...ORIGINAL.densenet,
    epsilon: 1.001e-5,
    stem: { convolution: 'fixed', pooling: 'fixed' },
  },
  vgg: ORIGINAL.vgg,
};

const VARIABLES: Readonly<Record<WeightRole, string>> = {
  kernel: 'kernel',
  bias: 'bias',
  gamma: 'gamma',
  beta: 'beta',
  mean: 'moving_mean',
  variance: 'moving_variance',
  scale: 'gamma',
};

const NAMED: Readonly<Record<string, string>> = {
  conv1: 'conv1_conv',
  'conv1/BatchNorm': 'conv1_bn',
  BatchNorm: 'conv1_bn',
  'final_block/BatchNorm': 'bn',
  fc6: 'fc1',
  fc7: 'fc2',
  fc8: 'predictions',
  logits: 'predictions',
};

const OLD_LAYERS: Readonly<Record<string, string>> = {
  'conv1/conv': 'conv1_conv',
  'conv1/bn': 'conv1_bn',
  fc1000: 'predictions',
  probs: 'predictions',
};

/** keras.applications: version 1 of ResNet, DenseNet, VGG. */
export const KERAS: Layout = {
  name: 'keras',
  variants: VARIANTS,
  pixels: (network) => (network.family === 'densenet' ? IMAGENET_PIXELS : pixelsOf(network)),
  blueFirst: (family) => family !== 'densenet',
  nameOf: ({ layer, role }: WeightSpec) => `${kerasLayer(layer)}/${VARIABLES[role]}`,
  nameToday,
  kernels: 'outputs last',
  isMatrix: ({ dense }) => dense,
  beside: /^$/,
};

/**
 * The files that Keras publishes were written by versions with other names: `block1_conv1_W_1` of VGG, `conv1/conv` and
 * `fc1000` of DenseNet, `probs` of ResNet.
 */
function nameToday(name: string): string {
  const end = name.lastIndexOf('/');
  const [layer, variable] = [name.slice(0, end), name.slice(end + 1)];
  return `${OLD_LAYERS[layer] ?? layer}/${variable.replace(`${layer}_W`, 'kernel').replace(`${layer}_b`, 'bias')}`;
}

function kerasLayer(layer: string): string {
  const at = placeOf(layer);
  switch (at.kind) {
    case 'residual':
      return `conv${at.block + 1}_block${at.unit}_${at.convolution}_${at.norm ? 'bn' : 'conv'}`;
    case 'dense':
      // Keras counts the batch norm before the first convolution as number 0.
      return `conv${at.block + 1}_block${at.unit}_${at.norm ? `${at.convolution - 1}_bn` : `${at.convolution}_conv`}`;
    case 'transition':
      return `pool${at.block + 1}_${at.norm ? 'bn' : 'conv'}`;
    case 'plain':
      return `block${at.block}_conv${at.unit}`;
    case 'only':
      return NAMED[at.layer] ?? at.layer;
  }
}
