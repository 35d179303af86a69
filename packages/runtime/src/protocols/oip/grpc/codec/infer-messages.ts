import {
  bool,
  bytes,
  double,
  exactInt64,
  exactUint64,
  float,
  int32,
  int64,
  map,
  member,
  message,
  nested,
  repeated,
  string,
  uint32,
} from '../../../../protobuf/schema.ts';

// https://github.com/kserve/open-inference-protocol and Triton's extensions of it. These tables describe the messages
// for reflection; reading and writing them is done by hand, because their tensors are large.

/** The value of a parameter. */
export const INFER_PARAMETER = message('inference.InferParameter', {
  boolParam: member('parameter_choice', bool(1)),
  int64Param: member('parameter_choice', exactInt64(2)),
  stringParam: member('parameter_choice', string(3)),
  doubleParam: member('parameter_choice', double(4)),
  uint64Param: member('parameter_choice', exactUint64(5)),
});

/** Parameters by name, as a field. */
export function parameters(number: number) {
  return map(nested(number, INFER_PARAMETER));
}

export const INFER_TENSOR_CONTENTS = message('inference.InferTensorContents', {
  boolContents: repeated(bool(1)),
  intContents: repeated(int32(2)),
  int64Contents: repeated(exactInt64(3)),
  uintContents: repeated(uint32(4)),
  uint64Contents: repeated(exactUint64(5)),
  fp32Contents: repeated(float(6)),
  fp64Contents: repeated(double(7)),
  bytesContents: repeated(bytes(8)),
});

export const INFER_INPUT_TENSOR = message('inference.ModelInferRequest.InferInputTensor', {
  name: string(1),
  datatype: string(2),
  shape: repeated(int64(3)),
  parameters: parameters(4),
  contents: nested(5, INFER_TENSOR_CONTENTS),
});

export const INFER_REQUESTED_OUTPUT_TENSOR = message(
  'inference.ModelInferRequest.InferRequestedOutputTensor',
  { name: string(1), parameters: parameters(2) },
);

export const MODEL_INFER_REQUEST = message('inference.ModelInferRequest', {
  modelName: string(1),
  modelVersion: string(2),
  id: string(3),
  parameters: parameters(4),
  inputs: repeated(nested(5, INFER_INPUT_TENSOR)),
  outputs: repeated(nested(6, INFER_REQUESTED_OUTPUT_TENSOR)),
  rawInputContents: repeated(bytes(7)),
});

export const INFER_OUTPUT_TENSOR = message('inference.ModelInferResponse.InferOutputTensor', {
  name: string(1),
  datatype: string(2),
  shape: repeated(int64(3)),
  parameters: parameters(4),
  contents: nested(5, INFER_TENSOR_CONTENTS),
});

export const MODEL_INFER_RESPONSE = message('inference.ModelInferResponse', {
  modelName: string(1),
  modelVersion: string(2),
  id: string(3),
  parameters: parameters(4),
  outputs: repeated(nested(5, INFER_OUTPUT_TENSOR)),
  rawOutputContents: repeated(bytes(6)),
});

export const MODEL_STREAM_INFER_RESPONSE = message('inference.ModelStreamInferResponse', {
  errorMessage: string(1),
  inferResponse: nested(2, MODEL_INFER_RESPONSE),
});
