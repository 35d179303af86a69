import { bool, int64, map, message, nested, repeated, string } from '../../../../protobuf/schema.ts';

export const SERVER_LIVE_REQUEST = message('inference.ServerLiveRequest', {});
export const SERVER_LIVE_RESPONSE = message('inference.ServerLiveResponse', { live: bool(1) });

export const SERVER_READY_REQUEST = message('inference.ServerReadyRequest', {});
export const SERVER_READY_RESPONSE = message('inference.ServerReadyResponse', { ready: bool(1) });

/** An empty version means the newest. */
export const MODEL_READY_REQUEST = message('inference.ModelReadyRequest', {
  name: string(1),
  version: string(2),
});
export const MODEL_READY_RESPONSE = message('inference.ModelReadyResponse', { ready: bool(1) });

export const SERVER_METADATA_REQUEST = message('inference.ServerMetadataRequest', {});
export const SERVER_METADATA_RESPONSE = message('inference.ServerMetadataResponse', {
  name: string(1),
  version: string(2),
  extensions: repeated(string(3)),
});

export const MODEL_METADATA_REQUEST = message('inference.ModelMetadataRequest', {
  name: string(1),
  version: string(2),
});

/** An input or output; sizes that are open are -1. */
export const TENSOR_METADATA = message('inference.ModelMetadataResponse.TensorMetadata', {
  name: string(1),
  datatype: string(2),
  shape: repeated(int64(3)),
});

export const MODEL_METADATA_RESPONSE = message('inference.ModelMetadataResponse', {
  name: string(1),
  versions: repeated(string(2)),
  platform: string(3),
  inputs: repeated(nested(4, TENSOR_METADATA)),
  outputs: repeated(nested(5, TENSOR_METADATA)),
  properties: map(string(6)),
});
