export type { CatalogueName } from '@slipway/graph/catalogue';
export { AcceleratedNetwork, type NetworkOptions } from './networks/accelerated-network.ts';
export { type BuildPipelineOptions, type BuiltPipeline, buildPipeline } from './networks/build-pipeline.ts';
export {
  Densenet121,
  QuantizedDensenet121,
  QuantizedResnet50,
  QuantizedResnet152,
  QuantizedSsdVgg,
  QuantizedVgg16,
  Resnet50,
  Resnet152,
  SsdVgg,
  Vgg16,
} from './networks/classes.ts';
export { placeholder } from './networks/placeholder.ts';
export { type PreprocessArrayOptions, preprocessArray } from './networks/preprocess-array.ts';
export {
  defaultClassifier,
  type RestoredNetwork,
  type RestoreOptions,
  restoreNetwork,
} from './networks/restore-network.ts';
export { type SaveModelOptions, saveModel } from './networks/save-model.ts';
export type { SymbolicTensor } from './networks/symbolic-tensor.ts';
export { composePipeline, type PipelineParts } from './pipeline/compose-pipeline.ts';
export { openPipeline } from './pipeline/open-pipeline.ts';
export type { Aliases, Pipeline, Preprocessing } from './pipeline/pipeline.ts';
export { type SavePipelineOptions, savePipeline } from './pipeline/save-pipeline.ts';
export { splitPipeline } from './pipeline/split-pipeline.ts';
export { type QuantizeFolderOptions, quantizeFolder } from './quantize/folder/quantize-folder.ts';
export type {
  CalibratorName,
  QuantizationMethod,
  QuantizationTarget,
  QuantizedModel,
  QuantizeOptions,
  QuantizeProgress,
} from './quantize/options.ts';
export { quantizeModel } from './quantize/quantize-model.ts';
export type { QuantizationReport } from './quantize/report.ts';
export type { Sample, Samples } from './quantize/samples.ts';
export { type SeededSamplesOptions, seededSamples } from './quantize/seeded-samples.ts';
export type { FeatureProgress } from './train/features/compute-features.ts';
export type { ClassWeights } from './train/head/class-weights.ts';
export type { EpochReport } from './train/head/fit-head.ts';
export type { FeaturizerChoice } from './train/open-featurizer.ts';
export type { ClassEvaluation, Evaluation } from './train/result/confusion.ts';
export type { TrainingRecord } from './train/result/training-record.ts';
export type { TrainingSettings } from './train/settings.ts';
export {
  type TrainedClassifier,
  type TrainOptions,
  type TrainProgress,
  trainClassifier,
} from './train/train-classifier.ts';
export { type Licence, WEIGHTS, type WeightsEntry } from './weights/manifest.ts';
export { CATALOGUE_NAMES, isCatalogueName, parseManifest } from './weights/parse-manifest.ts';
export { type PullOptions, type PullProgress, pullWeights } from './weights/pull-weights.ts';
export {
  findWeights,
  listWeights,
  type PulledWeights,
  removeWeights,
  requireWeights,
  type WeightsQuery,
  type WeightsRecord,
} from './weights/pulled-weights.ts';
export { requireFree } from './write-folder.ts';
