// https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/tensor.proto
import { type BinaryReader, type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Datatype, elementCount, type Tensor } from '@slipway/contract';
import { brokenAnswer, bytesOf, checked, readRaw } from '../prediction/elements.ts';
import { fromFlat } from '../prediction/nested-values.ts';
import { datatypeOfNumber, tensorflowNumber } from '../prediction/tensorflow-types.ts';
import {
  type FieldReaders,
  putBytes,
  putMessage,
  readLong,
  readMessage,
  readNumbers,
  readSafeInteger,
  readUnsignedLong,
} from './wire.ts';

/** Puts the fields of a TensorProto: numbers as `tensor_content`, texts as `string_val`, which alone has them. */
export function putTensor(writer: BinaryWriter, { datatype, shape, data }: Tensor): void {
  writer.tag(1, WireType.Varint).int32(tensorflowNumber(datatype));
  putMessage(writer, 2, (inner) => {
    for (const size of shape) putMessage(inner, 2, (dim) => dim.tag(1, WireType.Varint).int64(BigInt(size)));
  });
  if (ArrayBuffer.isView(data)) putBytes(writer, 4, bytesOf(data));
  else for (const element of data) putBytes(writer, 8, element);
}

/** What a message with a shape is read into. */
export interface ShapeFields {
  readonly shape: number[];
}

const DIM: FieldReaders<{ size: number }> = {
  1: (reader, into) => {
    into.size = readSafeInteger(reader);
  },
};

const SHAPE: FieldReaders<ShapeFields> = {
  2: (reader, into) => void into.shape.push(readMessage(reader.bytes(), { size: 0 }, DIM).size),
};

/** Reads a TensorShapeProto; a size below zero is not known. */
export function readShape(reader: BinaryReader, into: ShapeFields): void {
  readMessage(reader.bytes(), into, SHAPE);
}

interface TensorFields extends ShapeFields {
  dtype: number;
  content: Uint8Array;
  readonly values: unknown[];
}

const TENSOR: FieldReaders<TensorFields> = {
  1: (reader, into) => {
    into.dtype = reader.int32();
  },
  2: readShape,
  4: (reader, into) => {
    into.content = reader.bytes();
  },
  5: values((reader) => reader.float()),
  6: values((reader) => reader.double()),
  7: values((reader) => reader.int32()),
  8: (reader, into) => void into.values.push(reader.bytes()),
  10: values(readLong),
  11: values((reader) => reader.bool()),
  13: values((reader) => reader.int32()),
  16: values((reader) => reader.uint32()),
  17: values(readUnsignedLong),
};

function values(readOne: (reader: BinaryReader) => unknown): FieldReaders<TensorFields>[number] {
  return (reader, into, wireType) => readNumbers(reader, wireType, readOne, into.values);
}

/** Reads a TensorProto, raw or typed. Throws `internal` if it is broken. */
export function readTensor(name: string, bytes: Uint8Array): Tensor {
  const fields = readMessage<TensorFields>(
    bytes,
    { dtype: 0, shape: [], content: new Uint8Array(0), values: [] },
    TENSOR,
  );
  const datatype = datatypeOfNumber(fields.dtype);
  if (datatype === undefined)
    throw brokenAnswer(`Output "${name}" has type ${fields.dtype}, which this client does not know.`);
  if (fields.content.length > 0) return readRaw(name, datatype, fields.shape, fields.content);
  return fromValues(name, datatype, fields);
}

/** Elements that may be told by one value and a shape: more than any answer of the size that is read has. */
const MAX_ELEMENTS = 2 ** 27;

/** Typed values, of which the last stands for all that are left out, and zero where there is none. FP16 and BF16 come as their bits. */
function fromValues(name: string, datatype: Datatype, { shape, values }: TensorFields): Tensor {
  const count = elementCount(shape);
  if (count > MAX_ELEMENTS) throw brokenAnswer(`Output "${name}" has ${count} elements.`);
  const last = values.at(-1) ?? (datatype === 'BYTES' ? '' : 0);
  const all = [...values, ...Array(Math.max(0, count - values.length)).fill(last)];
  if (datatype !== 'FP16' && datatype !== 'BF16') return fromFlat(name, datatype, shape, all);
  return checked({ name, datatype, shape, data: Uint16Array.from(all, Number) });
}
