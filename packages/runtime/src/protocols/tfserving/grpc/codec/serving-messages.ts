import {
  bytes,
  enumeration,
  exactInt64,
  float,
  int64,
  map,
  member,
  message,
  nested,
  oneOf,
  repeated,
  string,
} from '../../../../protobuf/schema.ts';
import { ERROR_CODE, EXAMPLE, SIGNATURE_DEF, TENSOR_PROTO } from './tensor-messages.ts';

// https://github.com/tensorflow/serving/tree/master/tensorflow_serving/apis

export const INT64_VALUE = message('google.protobuf.Int64Value', { value: exactInt64(1) });

export const ANY = message('google.protobuf.Any', { typeUrl: string(1), value: bytes(2) });

export const MODEL_SPEC = message('tensorflow.serving.ModelSpec', {
  name: string(1),
  version: member('version_choice', nested(2, INT64_VALUE)),
  signatureName: string(3),
  versionLabel: member('version_choice', string(4)),
});

export const PREDICT_REQUEST = message('tensorflow.serving.PredictRequest', {
  modelSpec: nested(1, MODEL_SPEC),
  inputs: map(nested(2, TENSOR_PROTO)),
  outputFilter: repeated(string(3)),
});

export const PREDICT_RESPONSE = message('tensorflow.serving.PredictResponse', {
  outputs: map(nested(1, TENSOR_PROTO)),
  modelSpec: nested(2, MODEL_SPEC),
});

export const EXAMPLE_LIST = message('tensorflow.serving.ExampleList', {
  examples: repeated(nested(1, EXAMPLE)),
});

export const EXAMPLE_LIST_WITH_CONTEXT = message('tensorflow.serving.ExampleListWithContext', {
  examples: repeated(nested(1, EXAMPLE)),
  context: nested(2, EXAMPLE),
});

export const INPUT = message('tensorflow.serving.Input', {
  exampleList: member('kind', nested(1, EXAMPLE_LIST)),
  exampleListWithContext: member('kind', nested(2, EXAMPLE_LIST_WITH_CONTEXT)),
});

export const CLASS = message('tensorflow.serving.Class', { label: string(1), score: float(2) });

export const CLASSIFICATIONS = message('tensorflow.serving.Classifications', {
  classes: repeated(nested(1, CLASS)),
});

export const CLASSIFICATION_RESULT = message('tensorflow.serving.ClassificationResult', {
  classifications: repeated(nested(1, CLASSIFICATIONS)),
});

export const CLASSIFICATION_REQUEST = message('tensorflow.serving.ClassificationRequest', {
  modelSpec: nested(1, MODEL_SPEC),
  input: nested(2, INPUT),
});

export const CLASSIFICATION_RESPONSE = message('tensorflow.serving.ClassificationResponse', {
  result: nested(1, CLASSIFICATION_RESULT),
  modelSpec: nested(2, MODEL_SPEC),
});

export const REGRESSION = message('tensorflow.serving.Regression', { value: float(1) });

export const REGRESSION_RESULT = message('tensorflow.serving.RegressionResult', {
  regressions: repeated(nested(1, REGRESSION)),
});

export const REGRESSION_REQUEST = message('tensorflow.serving.RegressionRequest', {
  modelSpec: nested(1, MODEL_SPEC),
  input: nested(2, INPUT),
});

export const REGRESSION_RESPONSE = message('tensorflow.serving.RegressionResponse', {
  result: nested(1, REGRESSION_RESULT),
  modelSpec: nested(2, MODEL_SPEC),
});

export const INFERENCE_TASK = message('tensorflow.serving.InferenceTask', {
  modelSpec: nested(1, MODEL_SPEC),
  methodName: string(2),
});

export const MULTI_INFERENCE_REQUEST = message('tensorflow.serving.MultiInferenceRequest', {
  tasks: repeated(nested(1, INFERENCE_TASK)),
  input: nested(2, INPUT),
});

export const INFERENCE_RESULT = message('tensorflow.serving.InferenceResult', {
  modelSpec: nested(1, MODEL_SPEC),
  classificationResult: member('result', nested(2, CLASSIFICATION_RESULT)),
  regressionResult: member('result', nested(3, REGRESSION_RESULT)),
});

export const MULTI_INFERENCE_RESPONSE = message('tensorflow.serving.MultiInferenceResponse', {
  results: repeated(nested(1, INFERENCE_RESULT)),
});

export const GET_MODEL_METADATA_REQUEST = message('tensorflow.serving.GetModelMetadataRequest', {
  modelSpec: nested(1, MODEL_SPEC),
  metadataField: repeated(string(2)),
});

export const SIGNATURE_DEF_MAP = message('tensorflow.serving.SignatureDefMap', {
  signatureDef: map(nested(1, SIGNATURE_DEF)),
});

export const GET_MODEL_METADATA_RESPONSE = message('tensorflow.serving.GetModelMetadataResponse', {
  modelSpec: nested(1, MODEL_SPEC),
  metadata: map(nested(2, ANY)),
});

export const GET_MODEL_STATUS_REQUEST = message('tensorflow.serving.GetModelStatusRequest', {
  modelSpec: nested(1, MODEL_SPEC),
});

export const VERSION_STATE = enumeration('tensorflow.serving.ModelVersionStatus.State', {
  UNKNOWN: 0,
  START: 10,
  LOADING: 20,
  AVAILABLE: 30,
  UNLOADING: 40,
  END: 50,
});

export const STATUS = message('tensorflow.serving.StatusProto', {
  errorCode: oneOf(1, ERROR_CODE),
  errorMessage: string(2),
});

export const MODEL_VERSION_STATUS = message('tensorflow.serving.ModelVersionStatus', {
  version: int64(1),
  state: oneOf(2, VERSION_STATE),
  status: nested(3, STATUS),
});

export const GET_MODEL_STATUS_RESPONSE = message('tensorflow.serving.GetModelStatusResponse', {
  modelVersionStatus: repeated(nested(1, MODEL_VERSION_STATUS)),
});

/** What a server should load: read by none of our methods. */
export const MODEL_SERVER_CONFIG = message('tensorflow.serving.ModelServerConfig', {});

export const RELOAD_CONFIG_REQUEST = message('tensorflow.serving.ReloadConfigRequest', {
  config: nested(1, MODEL_SERVER_CONFIG),
});

export const RELOAD_CONFIG_RESPONSE = message('tensorflow.serving.ReloadConfigResponse', {
  status: nested(1, STATUS),
});
