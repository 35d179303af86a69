import { CATALOGUE, type CatalogueName, type LayoutName } from '@slipway/graph/catalogue';
import type { Checksum } from '../downloads/index.ts';

/** What weights may be used under. */
export interface Licence {
  /** Of SPDX (https://spdx.org/licenses), or a name of its own. */
  readonly id: string;
  /** Where it is said. */
  readonly url: string;
}

/** Weights that somebody publishes. */
export interface WeightsEntry {
  readonly network: CatalogueName;
  /** Of the network's graph, and the name of the folder that they are kept in. */
  readonly version: string;
  /** Made for the quantized network alone; others serve both. */
  readonly quantized?: boolean | undefined;
  readonly url: string;
  /** Where nobody says how many, they are bounded, and the checksum judges. */
  readonly bytes?: number | undefined;
  readonly checksum: Checksum;
  /** Who says that this is the checksum. */
  readonly checksumSource: string;
  readonly licence: Licence;
  readonly layout: LayoutName;
}

const HUB = 'https://huggingface.co/timm';
const KERAS = 'https://storage.googleapis.com/tensorflow/keras-applications';
const KERAS_SOURCE = 'https://github.com/keras-team/keras/blob/v3.15.1/keras/src/applications';
const FERROTORCH =
  'https://github.com/forecast-bio/ferrotorch/blob/04dde52622dade2c4186f0beb3cb8fa64885b5ac/ferrotorch-hub/src/registry.rs';
const BSD: Licence = { id: 'BSD-3-Clause', url: 'https://github.com/pytorch/vision/blob/main/LICENSE' };
const APACHE: Licence = {
  id: 'Apache-2.0',
  url: 'https://github.com/huggingface/pytorch-image-models/blob/main/LICENSE',
};

/**
 * Where weights of the catalogue are published: the file of a fixed revision, with a checksum that others have written
 * down, under the licence that timm 1.0.31 states in `timm/models`, or Keras where its weights were ported from. Of
 * SSD-VGG-300 nobody has published one. Keras says MD5 alone, which is told as what it is.
 */
export const WEIGHTS: readonly WeightsEntry[] = [
  {
    network: 'resnet50',
    version: CATALOGUE.resnet50.versions.float,
    url: `${HUB}/resnet50.a1_in1k/resolve/767268603ca0cb0bfe326fa87277f19c419566ef/model.safetensors`,
    bytes: 102_469_840,
    checksum: {
      algorithm: 'sha256',
      digest: '773525d5821de224f8f30c33377b7a795d7863e08522698200d3217d3f2a41bb',
    },
    checksumSource: FERROTORCH,
    licence: APACHE,
    layout: 'torchvision',
  },
  {
    network: 'resnet152',
    version: CATALOGUE.resnet152.versions.float,
    url: `${KERAS}/resnet/resnet152_weights_tf_dim_ordering_tf_kernels.h5`,
    checksum: { algorithm: 'md5', digest: '100835be76be38e30d865e96f2aaae62' },
    checksumSource: `${KERAS_SOURCE}/resnet.py`,
    licence: { id: 'MIT', url: 'https://github.com/KaimingHe/deep-residual-networks/blob/master/LICENSE' },
    layout: 'keras',
  },
  {
    network: 'densenet121',
    version: CATALOGUE.densenet121.versions.float,
    url: `${HUB}/densenet121.tv_in1k/resolve/f0d0f2698a02cb133b09d48396db6e1e46fe9f3b/model.safetensors`,
    checksum: {
      algorithm: 'sha256',
      digest: 'c894c6d9caa317a8ca1942986dee7a16a86c77734a4d691d2abe05389cfef358',
    },
    checksumSource: FERROTORCH,
    licence: APACHE,
    layout: 'torchvision',
  },
  {
    network: 'vgg16',
    version: CATALOGUE.vgg16.versions.float,
    url: `${HUB}/vgg16.tv_in1k/resolve/b8d8aa2dd860af9233c8c67385a8097fd6c35d3f/model.safetensors`,
    checksum: {
      algorithm: 'sha256',
      digest: '57b026918159a6bf9faf8405c3a551903768e7138989d9c6224a14227203fad8',
    },
    checksumSource: FERROTORCH,
    licence: BSD,
    layout: 'timm',
  },
];
