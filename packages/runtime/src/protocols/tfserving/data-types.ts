import type { Datatype } from '@slipway/contract';

/** What TensorFlow calls a datatype: in its enumeration, and in its messages. */
export interface TensorflowType {
  readonly dtype: `DT_${string}`;
  readonly word: string;
}

const TYPES: Readonly<Record<Datatype, TensorflowType>> = {
  BOOL: { dtype: 'DT_BOOL', word: 'bool' },
  UINT8: { dtype: 'DT_UINT8', word: 'uint8' },
  UINT16: { dtype: 'DT_UINT16', word: 'uint16' },
  UINT32: { dtype: 'DT_UINT32', word: 'uint32' },
  UINT64: { dtype: 'DT_UINT64', word: 'uint64' },
  INT8: { dtype: 'DT_INT8', word: 'int8' },
  INT16: { dtype: 'DT_INT16', word: 'int16' },
  INT32: { dtype: 'DT_INT32', word: 'int32' },
  INT64: { dtype: 'DT_INT64', word: 'int64' },
  FP16: { dtype: 'DT_HALF', word: 'half' },
  BF16: { dtype: 'DT_BFLOAT16', word: 'bfloat16' },
  FP32: { dtype: 'DT_FLOAT', word: 'float' },
  FP64: { dtype: 'DT_DOUBLE', word: 'double' },
  BYTES: { dtype: 'DT_STRING', word: 'string' },
};

/** The names that TensorFlow has for a datatype. */
export function tensorflowType(datatype: Datatype): TensorflowType {
  return TYPES[datatype];
}
