export { type ErrorCode, SlipwayError } from '@slipway/contract';
export type {
  Capacity,
  DeploymentConfig,
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
} from '@slipway/contract/api';
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
export type { DownloadOptions, DownloadProgress } from './download-model.ts';
export type { Filters } from './filters.ts';
export { type GetModelOptions, type ListModelsOptions, Model, type RegisterOptions } from './model.ts';
export { Operation, type WaitOptions } from './operation.ts';
export type { OperationEvent } from './operation-watch.ts';
export type { RegisterProgress } from './register-model.ts';
export { formatScoringJson, parseScoringJson } from './scoring-json.ts';
export type { LogLine } from './service-logs.ts';
export { Webservice } from './webservice.ts';
export type {
  ListWebservicesOptions,
  UpdateServiceOptions,
  WaitForDeploymentOptions,
} from './webservice-options.ts';
export { type FromConfigOptions, Workspace } from './workspace.ts';
