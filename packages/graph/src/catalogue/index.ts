export {
  type BuildOptions,
  type BuiltNetwork,
  buildNetwork,
  neededWeights,
  withClassifier,
} from './build-network.ts';
export { CATALOGUE, type CatalogueEntry, type CatalogueName, type NamedTensor } from './facts.ts';
export { openArrays, type StoredArrays } from './files/open-arrays.ts';
export { openWeights } from './files/open-weights.ts';
export type { StoredTensor, StoredWeights } from './files/stored-weights.ts';
export { type ImportWeightsOptions, importWeights } from './import-weights.ts';
export { VARIANT_METADATA, WEIGHTS_METADATA } from './metadata.ts';
export type { DenseNet, Family, Network, NetworkInput, ResNet, Ssd, Variant, Vgg } from './network.ts';
export { randomWeights } from './random-weights.ts';
export type { WeightRole, WeightSpec } from './sketch.ts';
export type { LayoutName, NetworkWeights, Pixels, Weight, WeightsPart } from './weights.ts';
