export {
  type BatchEvent,
  type BatchFailure,
  type BatchSummary,
  type Datatype,
  type ErrorCode,
  type ModelInspection,
  SlipwayError,
  type Tensor,
  type TensorData,
} from '@slipway/contract';
export type {
  Capacity,
  CollectedFile,
  ConversionReport,
  DeploymentConfig,
  EnvironmentBuild,
  EnvironmentDefinition,
  EnvironmentLock,
  EnvironmentState,
  ModelFile,
  OperationLogLine,
  OperationState,
  PartialDeploymentConfig,
  Replica,
  Revision,
  ServiceEvent,
  ServiceKeys,
  ServiceState,
  ServiceToken,
  VersionPolicy,
} from '@slipway/contract/api';
export {
  type Box,
  type Detection,
  type DetectionOptions,
  detectObjects,
  readDetections,
} from '@slipway/contract/detection';
export { AccelOnnxConverter, type ConvertTfModelOptions } from './azure/accel-onnx-converter.ts';
export type { AksDeploymentOptions, AksUpdateOptions } from './azure/aks-options.ts';
export { ConversionRequest, type WaitForCompletionOptions } from './azure/conversion-request.ts';
export { settingsOfFile } from './azure/settings-of-file.ts';
export { settingsOfOptions } from './azure/settings-of-options.ts';
export { AksWebservice, LocalWebservice } from './azure/webservices.ts';
export { Batch, type BatchRunOptions, type BatchSettings } from './batch.ts';
export type { CallOptions } from './call-options.ts';
export { ComputeTarget } from './compute-target.ts';
export { type ConnectOptions, homeFolder } from './connection.ts';
export {
  type ConnectControlPlaneOptions,
  type ControlPlane,
  connectControlPlane,
  type Health,
} from './control-plane.ts';
export type { DeployOptions } from './deploy.ts';
export type { DeploymentSettings } from './deployment-settings.ts';
export type { DownloadDataOptions } from './download-collected.ts';
export type { DownloadOptions, DownloadProgress } from './download-model.ts';
export {
  Environment,
  type ListEnvironmentsOptions,
  type RegisterEnvironmentOptions,
} from './environment.ts';
export type { Filters } from './filters.ts';
export {
  type EnvironmentToRegister,
  type InferenceChange,
  InferenceConfig,
  type InferenceConfigOptions,
} from './inference-config.ts';
export type { InspectOptions } from './inspect-process.ts';
export { type GetModelOptions, type ListModelsOptions, Model, type RegisterOptions } from './model.ts';
export { type ConvertOptions, ModelConversion } from './model-conversion.ts';
export type { ModelVersions } from './model-selection.ts';
export {
  createPredictionClient,
  type PredictionClientOptions,
} from './node-client/create-prediction-client.ts';
export type { TlsOptions } from './node-client/node-http.ts';
export type { NodePredictionClient, NodeTensorClient } from './node-client/score-file.ts';
export { Operation, type WaitOptions } from './operation.ts';
export type { OperationEvent } from './operation-watch.ts';
export { toNested } from './prediction/nested-values.ts';
export type { RestClientOptions } from './prediction/prediction-client.ts';
export type {
  ArrayInput,
  ClientOptions,
  Credential,
  DescribedTensor,
  ImageOptions,
  ModelDescription,
  NestedValues,
  Prediction,
  PredictionClient,
  Protocol,
  RetryPolicy,
  ScoreOptions,
  TensorClient,
} from './prediction/types.ts';
export type { RegisterProgress } from './register-model.ts';
export { formatScoringJson, parseScoringJson } from './scoring-json.ts';
export type { GrpcServiceClientOptions, ServiceClientOptions } from './service-client.ts';
export type { LogChoice, LogLine } from './service-logs.ts';
export { type SizeQuestion, suggestReplicas } from './suggest-size.ts';
export type { UploadProgress } from './upload-files.ts';
export { Webservice } from './webservice.ts';
export type {
  ListWebservicesOptions,
  UpdateServiceOptions,
  WaitForDeploymentOptions,
} from './webservice-options.ts';
export { type FromConfigOptions, Workspace } from './workspace.ts';
