import {
  bool,
  bytes,
  double,
  enumeration,
  exactInt64,
  exactUint64,
  float,
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
} from '../../../../protobuf/schema.ts';
import type { FileSchema } from '../../../grpc/service.ts';
import { GRPC_STATUS } from '../../../grpc/status.ts';

// https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core: what serving needs of it. Tensors and examples
// are read and written by hand; their tables are for reflection.

export const DATA_TYPE = enumeration('tensorflow.DataType', {
  DT_INVALID: 0,
  DT_FLOAT: 1,
  DT_DOUBLE: 2,
  DT_INT32: 3,
  DT_UINT8: 4,
  DT_INT16: 5,
  DT_INT8: 6,
  DT_STRING: 7,
  DT_COMPLEX64: 8,
  DT_INT64: 9,
  DT_BOOL: 10,
  DT_BFLOAT16: 14,
  DT_UINT16: 17,
  DT_COMPLEX128: 18,
  DT_HALF: 19,
  DT_UINT32: 22,
  DT_UINT64: 23,
});

const TENSOR_DIM = message('tensorflow.TensorShapeProto.Dim', { size: int64(1), name: string(2) });

export const TENSOR_SHAPE = message('tensorflow.TensorShapeProto', {
  dim: repeated(nested(2, TENSOR_DIM)),
  unknownRank: bool(3),
});

export const TENSOR_PROTO = message('tensorflow.TensorProto', {
  dtype: oneOf(1, DATA_TYPE),
  tensorShape: nested(2, TENSOR_SHAPE),
  versionNumber: int32(3),
  tensorContent: bytes(4),
  floatVal: repeated(float(5)),
  doubleVal: repeated(double(6)),
  intVal: repeated(int32(7)),
  stringVal: repeated(bytes(8)),
  int64Val: repeated(exactInt64(10)),
  boolVal: repeated(bool(11)),
  halfVal: repeated(int32(13)),
  uint32Val: repeated(uint32(16)),
  uint64Val: repeated(exactUint64(17)),
});

const BYTES_LIST = message('tensorflow.BytesList', { value: repeated(bytes(1)) });
const FLOAT_LIST = message('tensorflow.FloatList', { value: repeated(float(1)) });
const INT64_LIST = message('tensorflow.Int64List', { value: repeated(exactInt64(1)) });

const FEATURE = message('tensorflow.Feature', {
  bytesList: member('kind', nested(1, BYTES_LIST)),
  floatList: member('kind', nested(2, FLOAT_LIST)),
  int64List: member('kind', nested(3, INT64_LIST)),
});

const FEATURES = message('tensorflow.Features', { feature: map(nested(1, FEATURE)) });

export const EXAMPLE = message('tensorflow.Example', { features: nested(1, FEATURES) });

const TENSOR_INFO = message('tensorflow.TensorInfo', {
  name: member('encoding', string(1)),
  dtype: oneOf(2, DATA_TYPE),
  tensorShape: nested(3, TENSOR_SHAPE),
});

export const SIGNATURE_DEF = message('tensorflow.SignatureDef', {
  inputs: map(nested(1, TENSOR_INFO)),
  outputs: map(nested(2, TENSOR_INFO)),
  methodName: string(3),
});

/** The codes of errors, which are those of gRPC. */
export const ERROR_CODE = enumeration('tensorflow.error.Code', GRPC_STATUS);

const ERROR_CODE_FILE: FileSchema = {
  name: 'tensorflow/core/protobuf/error_codes.proto',
  package: 'tensorflow.error',
  dependencies: [],
  messages: [],
  enums: [ERROR_CODE],
  services: [],
};

const TENSORFLOW_FILE: FileSchema = {
  name: 'tensorflow/core/framework/tensor.proto',
  package: 'tensorflow',
  dependencies: [],
  messages: [
    TENSOR_SHAPE,
    TENSOR_DIM,
    TENSOR_PROTO,
    BYTES_LIST,
    FLOAT_LIST,
    INT64_LIST,
    FEATURE,
    FEATURES,
    EXAMPLE,
    TENSOR_INFO,
    SIGNATURE_DEF,
  ],
  enums: [DATA_TYPE],
  services: [],
};

export const TENSORFLOW_FILES: readonly FileSchema[] = [TENSORFLOW_FILE, ERROR_CODE_FILE];
