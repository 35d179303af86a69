export {
  DEFAULT_NMS_THRESHOLD,
  DEFAULT_SELECT_THRESHOLD,
  DEFAULT_TOP,
  type Detector,
  type DetectorLayout,
} from './detector.ts';
export type {
  BatchInit,
  BatchInitFunction,
  BatchRunFunction,
  Collector,
  CollectorOptions,
  CreateCollector,
  EntryContext,
  EntryInit,
  EntryInitFunction,
  EntryModel,
  EntryRunFunction,
  LoadOnnxModel,
  OnnxInput,
  OnnxModel,
  OnnxOutput,
} from './entry-api.ts';
export { type EntryLanguage, entryLanguage, entryScriptProblem } from './entry-script.ts';
export {
  ERROR_CODES,
  type ErrorBody,
  type ErrorCode,
  errorFromBody,
  GRAPH_ERROR_CODES,
  isErrorCode,
  SlipwayError,
  toSlipwayError,
} from './errors.ts';
export {
  DEFAULT_PROVIDERS,
  ENGINE_MANIFEST,
  ENGINE_PACKAGES,
  ENGINE_VERSION,
  type EnginePackage,
  engineFolder,
  engineFolderName,
  enginePackageOf,
  enginesFolder,
  hasEnginePackages,
  PROVIDER_PATTERN,
} from './execution-providers.ts';
export type { ImageFit, ImageInput, ImageResize, ImageSides, Rgb } from './images.ts';
export * from './limits.ts';
export {
  type DeclaredDetector,
  type DeclaredLabels,
  type LabelledOutput,
  MAX_SIGNATURE_BYTES,
  type ModelSignature,
  SIGNATURE_FILE,
} from './model-signature.ts';
export {
  checkName,
  isSafeRelativePath,
  modelId,
  type NamedKind,
  namePattern,
  nameRule,
  parseModelReference,
  parseVersionedName,
  type VersionedName,
} from './names.ts';
export { checkOipName, decodeOipName, wrongOipName } from './oip-names.ts';
export type { KeyDigest, ServiceAuth } from './processes/auth.ts';
export type {
  BatchAccelerator,
  BatchCounts,
  BatchEvent,
  BatchFailure,
  BatchFormat,
  BatchModel,
  BatchRunner,
  BatchScript,
  BatchServerGpus,
  BatchSpec,
  BatchSummary,
} from './processes/batch.ts';
export type { CollectedFormat, CollectionSettings } from './processes/collection.ts';
export type {
  ConversionOutlook,
  ConvertEvent,
  ConvertedFile,
  ConvertJob,
  ConvertJobRequest,
  ConvertTask,
  InspectedSignature,
  InspectedTensor,
  InspectJob,
  ModelInspection,
  RefusedNode,
} from './processes/convert.ts';
export type {
  GatewayConfig,
  GatewayRoutes,
  GatewayState,
  ReplicaRoute,
  ServiceLoad,
  ServiceRoute,
  ServiceScaling,
} from './processes/gateway.ts';
export {
  type Batching,
  type BatchingMode,
  type EngineProfile,
  type LaneChoice,
  type LoadedModel,
  type LogLevel,
  type ModelProvider,
  type ModelVersionState,
  NOT_RUN_HEADER,
  type ReplicaLimits,
  type ReplicaModel,
  type ReplicaPhase,
  type ReplicaSpec,
  type ReplicaState,
  type TracingSettings,
  type VersionPhase,
} from './processes/replica.ts';
export type { ReplicaEntry } from './processes/replica-entry.ts';
export { HOME_FILES, type ServerInfo } from './processes/server.ts';
export {
  randomSeeds,
  randomWeightsOf,
  WEIGHTS_HEADER,
  WEIGHTS_PROPERTY,
  weightsHeader,
} from './random-weights.ts';
export { seededRandom } from './seeded-random.ts';
export { systemCode, unlessMissing } from './system-errors.ts';
export {
  BYTES_PER_ELEMENT,
  type Datatype,
  type DenseData,
  type DenseDatatype,
  type Dimension,
  ELEMENT_ARRAYS,
  elementCount,
  type Signature,
  type Tensor,
  type TensorData,
  type TensorSpec,
} from './tensors.ts';
export {
  isTfservingPath,
  parseTfservingRoute,
  servableNotFound,
  type TfservingRoute,
  type VersionChoice,
} from './tfserving-route.ts';
