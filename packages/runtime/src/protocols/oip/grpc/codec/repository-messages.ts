import {
  bool,
  bytes,
  exactInt64,
  map,
  member,
  message,
  nested,
  repeated,
  string,
} from '../../../../protobuf/schema.ts';

export const MODEL_REPOSITORY_PARAMETER = message('inference.ModelRepositoryParameter', {
  boolParam: member('parameter_choice', bool(1)),
  int64Param: member('parameter_choice', exactInt64(2)),
  stringParam: member('parameter_choice', string(3)),
  bytesParam: member('parameter_choice', bytes(4)),
});

export const REPOSITORY_INDEX_REQUEST = message('inference.RepositoryIndexRequest', {
  repositoryName: string(1),
  ready: bool(2),
});

export const MODEL_INDEX = message('inference.RepositoryIndexResponse.ModelIndex', {
  name: string(1),
  version: string(2),
  state: string(3),
  reason: string(4),
});

export const REPOSITORY_INDEX_RESPONSE = message('inference.RepositoryIndexResponse', {
  models: repeated(nested(1, MODEL_INDEX)),
});

export const REPOSITORY_MODEL_LOAD_REQUEST = message('inference.RepositoryModelLoadRequest', {
  repositoryName: string(1),
  modelName: string(2),
  parameters: map(nested(3, MODEL_REPOSITORY_PARAMETER)),
});
export const REPOSITORY_MODEL_LOAD_RESPONSE = message('inference.RepositoryModelLoadResponse', {});

export const REPOSITORY_MODEL_UNLOAD_REQUEST = message('inference.RepositoryModelUnloadRequest', {
  repositoryName: string(1),
  modelName: string(2),
  parameters: map(nested(3, MODEL_REPOSITORY_PARAMETER)),
});
export const REPOSITORY_MODEL_UNLOAD_RESPONSE = message('inference.RepositoryModelUnloadResponse', {});
