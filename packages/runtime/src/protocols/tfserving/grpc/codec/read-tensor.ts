import {
  BYTES_PER_ELEMENT,
  type Datatype,
  SlipwayError,
  type Tensor,
  type TensorData,
} from '@slipway/contract';
import { createElements, type DenseData, rawElements, setElements } from '../../../../models/elements.ts';
import {
  decodeWith,
  MAX_PARTS,
  nextField,
  readBool,
  readBytes,
  readInt32,
  readInt64,
  readMessage,
  readVarint,
  skipField,
  type WireReader,
  wrong,
} from '../../../../protobuf/reader.ts';
import { takeElements } from '../../../../protobuf/repeated.ts';
import { tensorflowType } from '../../data-types.ts';
import { DATA_TYPE } from './tensor-messages.ts';
import { readValues, type TensorValues, VALUE_LISTS } from './tensor-values.ts';

/** A `TensorProto` as it stands in a message. */
export interface TensorFields {
  dtype: number;
  readonly dims: bigint[];
  unknownRank: boolean;
  content: Uint8Array;
  readonly values: TensorValues;
}

/** Bytes that the tensors of one message may still take beyond the message itself. */
export interface Expansion {
  left: number;
}

/** Dimensions of a tensor; TensorFlow has no more. */
const MAX_DIMS = 254;

/** What an element of BYTES takes in memory when it is the same as the one before. */
const REFERENCE_BYTES = 8;

const NO_BYTES = new Uint8Array(0);

const DATATYPES: ReadonlyMap<number, Datatype> = new Map(
  ([...Object.keys(BYTES_PER_ELEMENT), 'BYTES'] as Datatype[]).map((datatype) => {
    return [dataTypeNumber(datatype), datatype];
  }),
);

/** The number that TensorFlow has for a datatype. */
export function dataTypeNumber(datatype: Datatype): number {
  return (DATA_TYPE.numbers as Readonly<Record<string, number>>)[tensorflowType(datatype).dtype] ?? 0;
}

/** Reads a `TensorProto` from inside it. */
export function readTensorFields(reader: WireReader): TensorFields {
  const fields: TensorFields = { dtype: 0, dims: [], unknownRank: false, content: NO_BYTES, values: {} };
  while (nextField(reader)) {
    if (reader.field === 1) fields.dtype = readInt32(reader, 'dtype');
    else if (reader.field === 2) readMessage(reader, 'tensor_shape', (inner) => readShape(inner, fields));
    else if (reader.field === 4) fields.content = readBytes(reader, 'tensor_content');
    else if (!readValues(reader, fields.values)) skipField(reader);
  }
  return fields;
}

function readShape(reader: WireReader, fields: TensorFields): void {
  while (nextField(reader)) {
    if (reader.field === 2) fields.dims.push(readMessage(reader, 'dim', readDim));
    else if (reader.field === 3) fields.unknownRank = readBool(reader, 'unknown_rank');
    else skipField(reader);
    if (fields.dims.length > MAX_DIMS) throw wrong(reader, `there are more than ${MAX_DIMS}`, 'dim');
  }
}

function readDim(reader: WireReader): bigint {
  let size = 0n;
  while (nextField(reader)) {
    if (reader.field === 1) size = readInt64(reader, 'size');
    else skipField(reader);
  }
  return size;
}

/**
 * The tensor that the fields describe. Its elements are the tensor's content, a view of the message where it is aligned,
 * or the typed values, of which the last is repeated as often as the shape asks for; no values at all are zeros. What
 * that takes beyond the message is counted in `expansion`. The error is `invalid_argument`.
 */
export function toTensor(name: string, fields: TensorFields, expansion: Expansion): Tensor | SlipwayError {
  const datatype = DATATYPES.get(fields.dtype);
  if (datatype === undefined) return invalid(name, `data type ${showDtype(fields.dtype)} is not supported`);
  const count = countElements(fields);
  if (typeof count === 'string') return invalid(name, count);
  const data =
    fields.content.length > 0
      ? readContent(datatype, fields.content, count)
      : spreadValues(datatype, fields.values, count, expansion);
  if (typeof data === 'string') return invalid(name, data);
  return { name, datatype, shape: fields.dims.map(Number), data };
}

function countElements({ dims, unknownRank }: TensorFields): number | string {
  const shape = `[${dims.join(',')}]`;
  if (unknownRank) return 'the shape has no rank';
  if (dims.some((size) => size < 0n)) return `the shape ${shape} has a size below zero`;
  const count = dims.reduce((product, size) => product * size, 1n);
  return count <= Number.MAX_SAFE_INTEGER ? Number(count) : `the shape ${shape} has too many elements`;
}

/** Elements, or what is wrong with them. */
function readContent(datatype: Datatype, content: Uint8Array, count: number): TensorData | string {
  if (datatype === 'BYTES') return readStrings(content, count);
  const expected = count * BYTES_PER_ELEMENT[datatype];
  if (content.length === expected) return rawElements(content, datatype);
  return `tensor_content has ${content.length} bytes, the shape asks for ${expected}`;
}

/** Strings as a content are all their lengths, as varints, and then all their bytes. */
function readStrings(content: Uint8Array, count: number): TensorData | string {
  const strings = decodeWith(content, (reader) => {
    if (count > Math.min(MAX_PARTS, content.length)) throw wrong(reader, 'there are too many', 'strings');
    const lengths = Array.from({ length: count }, () => readVarint(reader, 'length') >>> 0);
    return lengths.map((length) => {
      const start = reader.offset;
      reader.offset += length;
      return content.subarray(start, reader.offset);
    });
  });
  if (strings instanceof SlipwayError) return 'tensor_content holds no strings';
  const bytes = strings.reduce((total, { length }) => total + length, 0);
  return bytes <= content.length ? strings : 'tensor_content holds other strings than the shape asks for';
}

function spreadValues(
  datatype: Datatype,
  values: TensorValues,
  count: number,
  expansion: Expansion,
): TensorData | string {
  const list = values[VALUE_LISTS[datatype]];
  const given = list?.length ?? 0;
  if (given > count) return `there are ${given} values, the shape asks for ${count}`;
  const size = datatype === 'BYTES' ? REFERENCE_BYTES : BYTES_PER_ELEMENT[datatype];
  const added = (count - given) * size;
  if (added > expansion.left) {
    return `its ${count} elements take ${added} bytes more than were sent, ${expansion.left} are left`;
  }
  expansion.left -= added;
  if (datatype === 'BYTES') return spreadStrings(values.string ?? [], count);
  return spreadNumbers(datatype, list as Exclude<typeof list, Uint8Array[]>, count);
}

function spreadStrings(given: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  if (given.length === count) return given;
  const last = given.at(-1) ?? NO_BYTES;
  return Array.from({ length: count }, (_, index) => given[index] ?? last);
}

function spreadNumbers(
  datatype: Exclude<Datatype, 'BYTES'>,
  list: Exclude<TensorValues[keyof TensorValues], Uint8Array[]>,
  count: number,
): DenseData {
  if (list === undefined || list.length === 0) return createElements(datatype, count);
  const given: DenseData = takeElements(list as { values: Float32Array; length: number });
  const wanted = createElements(datatype, 0);
  if (given.length === count && given.constructor === wanted.constructor) return given;
  const data = createElements(datatype, count);
  // Integers that are too large for the datatype lose their upper bits, as they do in the stock server.
  setElements(data, given, 0);
  (data as Float32Array).fill((data as Float32Array)[given.length - 1] ?? 0, given.length);
  return data;
}

function showDtype(number: number): string {
  const name = Object.entries(DATA_TYPE.numbers).find(([, other]) => other === number)?.[0];
  return name ?? String(number);
}

/** The stock server says no more than the first half. */
function invalid(name: string, problem: string): SlipwayError {
  return new SlipwayError('invalid_argument', `tensor parsing error: ${name}: ${problem}.`, {
    details: { input: name },
  });
}
