import {
  enumeration,
  int32,
  int64,
  map,
  member,
  message,
  nested,
  oneOf,
  repeated,
  string,
  uint32,
  uint64,
} from '../../../../protobuf/schema.ts';

// What clients read of https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto.

export const DATA_TYPE = enumeration('inference.DataType', {
  TYPE_INVALID: 0,
  TYPE_BOOL: 1,
  TYPE_UINT8: 2,
  TYPE_UINT16: 3,
  TYPE_UINT32: 4,
  TYPE_UINT64: 5,
  TYPE_INT8: 6,
  TYPE_INT16: 7,
  TYPE_INT32: 8,
  TYPE_INT64: 9,
  TYPE_FP16: 10,
  TYPE_FP32: 11,
  TYPE_FP64: 12,
  TYPE_STRING: 13,
  TYPE_BF16: 14,
});

export const INSTANCE_KIND = enumeration('inference.ModelInstanceGroup.Kind', {
  KIND_AUTO: 0,
  KIND_GPU: 1,
  KIND_CPU: 2,
  KIND_MODEL: 3,
});

export const MODEL_INSTANCE_GROUP = message('inference.ModelInstanceGroup', {
  name: string(1),
  count: int32(2),
  kind: oneOf(4, INSTANCE_KIND),
});

export const MODEL_INPUT = message('inference.ModelInput', {
  name: string(1),
  dataType: oneOf(2, DATA_TYPE),
  dims: repeated(int64(4)),
});

export const MODEL_OUTPUT = message('inference.ModelOutput', {
  name: string(1),
  dataType: oneOf(2, DATA_TYPE),
  dims: repeated(int64(3)),
  labelFilename: string(4),
});

const LATEST = message('inference.ModelVersionPolicy.Latest', { numVersions: uint32(1) });
const ALL = message('inference.ModelVersionPolicy.All', {});
const SPECIFIC = message('inference.ModelVersionPolicy.Specific', { versions: repeated(int64(1)) });

export const MODEL_VERSION_POLICY = message('inference.ModelVersionPolicy', {
  latest: member('policy_choice', nested(1, LATEST)),
  all: member('policy_choice', nested(2, ALL)),
  specific: member('policy_choice', nested(3, SPECIFIC)),
});

export const MODEL_DYNAMIC_BATCHING = message('inference.ModelDynamicBatching', {
  preferredBatchSize: repeated(int32(1)),
  maxQueueDelayMicroseconds: uint64(2),
});

export const MODEL_PARAMETER = message('inference.ModelParameter', { stringValue: string(1) });

export const MODEL_CONFIG = message('inference.ModelConfig', {
  name: string(1),
  platform: string(2),
  versionPolicy: nested(3, MODEL_VERSION_POLICY),
  maxBatchSize: int32(4),
  input: repeated(nested(5, MODEL_INPUT)),
  output: repeated(nested(6, MODEL_OUTPUT)),
  instanceGroup: repeated(nested(7, MODEL_INSTANCE_GROUP)),
  defaultModelFilename: string(8),
  dynamicBatching: member('scheduling_choice', nested(11, MODEL_DYNAMIC_BATCHING)),
  parameters: map(nested(14, MODEL_PARAMETER)),
  backend: string(17),
});

export const MODEL_CONFIG_REQUEST = message('inference.ModelConfigRequest', {
  name: string(1),
  version: string(2),
});
export const MODEL_CONFIG_RESPONSE = message('inference.ModelConfigResponse', {
  config: nested(1, MODEL_CONFIG),
});

/** Messages that are only inside the policy. */
export const VERSION_POLICIES = [LATEST, ALL, SPECIFIC] as const;
