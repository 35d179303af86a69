import type { Datatype, Tensor } from '@slipway/contract';
import {
  putBytes,
  putFixedElements,
  putInteger,
  putIntegerElements,
  putLongElements,
  putMessageStart,
  type WireWriter,
  writtenBytes,
} from '../../../../protobuf/writer.ts';
import { dataTypeNumber } from './read-tensor.ts';

type PutValues = (writer: WireWriter, data: never) => void;

/** For each datatype the list of values that it stands in. */
const PUT_VALUES: Readonly<Record<Datatype, PutValues>> = {
  FP32: (writer, data: Float32Array) => putFixedElements(writer, 5, data),
  FP64: (writer, data: Float64Array) => putFixedElements(writer, 6, data),
  INT8: putInts,
  INT16: putInts,
  INT32: putInts,
  UINT8: putInts,
  UINT16: putInts,
  BYTES: putStrings,
  INT64: (writer, data: BigInt64Array) => putLongElements(writer, 10, data),
  BOOL: (writer, data: Uint8Array) => putIntegerElements(writer, 11, data),
  FP16: putHalves,
  BF16: putHalves,
  UINT32: (writer, data: Uint32Array) => putIntegerElements(writer, 16, data),
  UINT64: (writer, data: BigUint64Array) => putLongElements(writer, 17, data),
};

/** Puts the fields of a `TensorProto`, with typed values: some clients read nothing else. */
export function putTensor(writer: WireWriter, { datatype, shape, data }: Tensor): void {
  if (data.length > 0) PUT_VALUES[datatype](writer, data as never);
  putShape(writer, 2, shape);
  putInteger(writer, 1, dataTypeNumber(datatype));
}

function putInts(writer: WireWriter, data: ArrayLike<number>): void {
  putIntegerElements(writer, 7, data);
}

function putHalves(writer: WireWriter, data: Uint16Array): void {
  putIntegerElements(writer, 13, data);
}

function putStrings(writer: WireWriter, strings: readonly Uint8Array[]): void {
  for (const string of strings.toReversed()) putBytes(writer, 8, string);
}

function putShape(writer: WireWriter, field: number, shape: readonly number[]): void {
  const before = writtenBytes(writer);
  for (const size of shape.toReversed()) {
    const beforeSize = writtenBytes(writer);
    if (size !== 0) putInteger(writer, 1, size);
    putMessageStart(writer, 2, beforeSize);
  }
  putMessageStart(writer, field, before);
}
