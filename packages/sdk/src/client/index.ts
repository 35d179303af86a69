// What a browser can use: nothing below this file imports from Node.
export { type Datatype, SlipwayError, type Tensor, type TensorData } from '@slipway/contract';
export {
  type Box,
  type Detection,
  type DetectionOptions,
  detectObjects,
  readDetections,
} from '@slipway/contract/detection';
export { toNested } from '../prediction/nested-values.ts';
export { createPredictionClient, type RestClientOptions } from '../prediction/prediction-client.ts';
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
} from '../prediction/types.ts';
