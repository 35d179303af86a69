import type { Datatype } from '@slipway/contract';

/** What ONNX Runtime's Node binding calls a datatype in a tensor. */
export type OrtType =
  | 'float32'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'string'
  | 'bool'
  | 'float16'
  | 'float64'
  | 'uint32'
  | 'uint64';

interface ElementType {
  /** Name in the ONNX specification. */
  readonly onnx: string;
  /** Absent where the binding has no JavaScript form for the elements. */
  readonly datatype?: Datatype;
}

/** Indexed by the numbers of `TensorProto.DataType` in onnx.proto. */
const ELEMENT_TYPES: readonly ElementType[] = [
  { onnx: 'UNDEFINED' },
  { onnx: 'FLOAT', datatype: 'FP32' },
  { onnx: 'UINT8', datatype: 'UINT8' },
  { onnx: 'INT8', datatype: 'INT8' },
  { onnx: 'UINT16', datatype: 'UINT16' },
  { onnx: 'INT16', datatype: 'INT16' },
  { onnx: 'INT32', datatype: 'INT32' },
  { onnx: 'INT64', datatype: 'INT64' },
  { onnx: 'STRING', datatype: 'BYTES' },
  { onnx: 'BOOL', datatype: 'BOOL' },
  { onnx: 'FLOAT16', datatype: 'FP16' },
  { onnx: 'DOUBLE', datatype: 'FP64' },
  { onnx: 'UINT32', datatype: 'UINT32' },
  { onnx: 'UINT64', datatype: 'UINT64' },
  { onnx: 'COMPLEX64' },
  { onnx: 'COMPLEX128' },
  { onnx: 'BFLOAT16' },
  { onnx: 'FLOAT8E4M3FN' },
  { onnx: 'FLOAT8E4M3FNUZ' },
  { onnx: 'FLOAT8E5M2' },
  { onnx: 'FLOAT8E5M2FNUZ' },
  { onnx: 'UINT4' },
  { onnx: 'INT4' },
];

/** The element type that ONNX numbers so. */
export function elementType(number: number): ElementType {
  return ELEMENT_TYPES[number] ?? { onnx: `element type ${number}` };
}

/** BF16 crosses as the FP32 that it equals: the model is given casts at such ends. */
export const ORT_TYPE: Readonly<Record<Datatype, OrtType>> = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  BF16: 'float32',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
};
