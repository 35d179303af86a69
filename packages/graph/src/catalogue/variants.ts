import type { Family, Variant } from './network.ts';

/** Of families that have nothing of the kind. */
const PLAIN: Variant = {
  epsilon: 0,
  biases: true,
  stride: 'first 1x1',
  stem: { convolution: 'fixed', pooling: 'fixed' },
};

/** TF-slim's, which the original's graphs are: resnet_v1 and vgg of its nets, and the DenseNet written for it. */
export const ORIGINAL: Readonly<Record<Family, Variant>> = {
  resnet: {
    epsilon: 1e-5,
    biases: false,
    stride: 'last 3x3',
    stem: { convolution: 'fixed', pooling: 'same' },
  },
  densenet: {
    epsilon: 1.1e-5,
    biases: false,
    stride: 'first 1x1',
    stem: { convolution: 'same', pooling: 'same' },
  },
  vgg: PLAIN,
  ssd: PLAIN,
};
