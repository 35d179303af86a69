import { composePipeline, type Pipeline } from '@slipway/accel';
import { buildNetwork, CATALOGUE, type ResNet, randomWeights } from '@slipway/graph/catalogue';

const SIDE = 64;
const SEED = 7;

/**
 * A ResNet that computes features in milliseconds: four residual units instead of sixteen, a quarter of ResNet-50's
 * channels, images of 64 pixels, and weights that nobody trained.
 */
export function smallNetwork(): Pipeline {
  const { network, preprocessing } = CATALOGUE.resnet50;
  const small: ResNet = {
    ...(network as ResNet),
    input: { ...network.input, side: SIDE },
    width: 16,
    units: [1, 1, 1, 1],
  };
  return composePipeline({
    preprocessing: { ...preprocessing, width: SIDE, height: SIDE, shorterSide: SIDE },
    featurizer: buildNetwork(small, randomWeights(small, SEED)).featurizer,
  });
}
