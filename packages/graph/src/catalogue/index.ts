export {
  type BuildOptions,
  type BuiltNetwork,
  buildNetwork,
  neededWeights,
  WEIGHTS_METADATA,
  withClassifier,
} from './build-network.ts';
export { CATALOGUE, type CatalogueEntry, type CatalogueName, type NamedTensor } from './facts.ts';
export type { DenseNet, Family, Network, NetworkInput, ResNet, Ssd, Variant, Vgg } from './network.ts';
export { randomWeights } from './random-weights.ts';
export type { WeightRole, WeightSpec } from './sketch.ts';
export type { NetworkWeights, Pixels, Weight } from './weights.ts';
