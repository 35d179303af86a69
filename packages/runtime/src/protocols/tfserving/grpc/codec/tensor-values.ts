import type { Datatype } from '@slipway/contract';
import type { Elements } from '../../../../json/elements.ts';
import { readBytes, type WireReader } from '../../../../protobuf/reader.ts';
import {
  emptyElements,
  readBoolElements,
  readFixedElements,
  readLongElements,
  readSmallElements,
} from '../../../../protobuf/repeated.ts';

/** The typed values of a tensor, each kind in the list that the message has for it. */
export interface TensorValues {
  float?: Elements<Float32Array>;
  double?: Elements<Float64Array>;
  int?: Elements<Int32Array>;
  string?: Uint8Array[];
  int64?: Elements<BigInt64Array>;
  bool?: Elements<Uint8Array>;
  half?: Elements<Uint16Array>;
  uint32?: Elements<Uint32Array>;
  uint64?: Elements<BigUint64Array>;
}

/** The list that holds the values of a datatype. */
export const VALUE_LISTS = {
  FP32: 'float',
  FP64: 'double',
  INT8: 'int',
  INT16: 'int',
  INT32: 'int',
  UINT8: 'int',
  UINT16: 'int',
  BYTES: 'string',
  INT64: 'int64',
  BOOL: 'bool',
  FP16: 'half',
  BF16: 'half',
  UINT32: 'uint32',
  UINT64: 'uint64',
} as const satisfies Record<Datatype, keyof TensorValues>;

/** Reads the present field if it is one of the lists of values; else false. */
export function readValues(reader: WireReader, values: TensorValues): boolean {
  const { field } = reader;
  if (field === 5) {
    values.float ??= emptyElements(Float32Array);
    readFixedElements(reader, 'float_val', values.float);
  } else if (field === 6) {
    values.double ??= emptyElements(Float64Array);
    readFixedElements(reader, 'double_val', values.double);
  } else if (field === 7) {
    values.int ??= emptyElements(Int32Array);
    readSmallElements(reader, 'int_val', values.int);
  } else if (field === 8) {
    values.string ??= [];
    values.string.push(readBytes(reader, 'string_val'));
  } else if (field === 10) {
    values.int64 ??= emptyElements(BigInt64Array);
    readLongElements(reader, 'int64_val', values.int64);
  } else if (field === 11) {
    values.bool ??= emptyElements(Uint8Array);
    readBoolElements(reader, 'bool_val', values.bool);
  } else if (field === 13) {
    values.half ??= emptyElements(Uint16Array);
    readSmallElements(reader, 'half_val', values.half);
  } else if (field === 16) {
    values.uint32 ??= emptyElements(Uint32Array);
    readSmallElements(reader, 'uint32_val', values.uint32);
  } else if (field === 17) {
    values.uint64 ??= emptyElements(BigUint64Array);
    readLongElements(reader, 'uint64_val', values.uint64);
  } else return false;
  return true;
}
