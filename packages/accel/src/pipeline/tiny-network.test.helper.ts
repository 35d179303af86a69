import {
  type BuiltNetwork,
  buildNetwork,
  CATALOGUE,
  type CatalogueEntry,
  type Network,
  type ResNet,
  randomWeights,
} from '@slipway/graph/catalogue';
import type { Preprocessing } from './pipeline.ts';

const { resnet50 } = CATALOGUE;
const SIDE = 48;

/** A ResNet of the same shape as those of the catalogue, with few channels, for small images. */
export const TINY_RESNET: Network = {
  ...(resnet50.network as ResNet),
  input: { ...resnet50.network.input, side: SIDE },
  classes: 10,
  width: 4,
  units: [2, 1, 2, 1],
};

const PREPROCESSING = { ...resnet50.preprocessing, width: SIDE, height: SIDE, shorterSide: 56 };

/** As the catalogue's, for its small images. */
export const TINY_PREPROCESSING: Preprocessing = PREPROCESSING;

/** What its default classifier gives. */
export const TINY_SCORES = 'classifier/resnet_v1_50/predictions/Softmax:0';

const [FEATURES] = resnet50.outputs;

/** The small one in the place of ResNet-50. */
export const TINY_ENTRY: CatalogueEntry = {
  ...resnet50,
  network: TINY_RESNET,
  preprocessing: PREPROCESSING,
  inputDims: [null, SIDE, SIDE, 3],
  outputs: [{ tensor: FEATURES?.tensor ?? '', dims: [null, 1, 1, 128] }],
  classifier: { tensor: TINY_SCORES, dims: [null, 10], kind: 'probabilities' },
};

export function tinyResnet(seed = 7): BuiltNetwork {
  return buildNetwork(TINY_RESNET, randomWeights(TINY_RESNET, seed));
}
