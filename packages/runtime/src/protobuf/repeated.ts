import { type Elements, trim } from '../json/elements.ts';
import { expectWire, readVarint, startBytes, WIRE, type WireReader, wrong } from './reader.ts';

/** The arrays that fixed-size numbers are read into. */
export type FixedArray = Float32Array | Float64Array;

/** The arrays that varints of at most 32 bits are read into: what they do not hold of a number is cut off. */
export type SmallArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** The arrays that varints of 64 bits are read into. */
export type LongArray = BigInt64Array | BigUint64Array;

type NumberArray = FixedArray | SmallArray | LongArray;

/** An array to read a repeated field into, which may come packed, in single numbers, and in several pieces. */
export function emptyElements<A extends NumberArray>(Numbers: new (length: number) => A): Elements<A> {
  return { values: new Numbers(0), length: 0 };
}

/** What was read, in a buffer of its own size. */
export function takeElements<A extends NumberArray>(elements: Elements<A>): A {
  // The type of a union of typed arrays cannot say that a slice is of the same kind.
  return trim(elements as unknown as Elements<Float32Array>) as unknown as A;
}

/** Reads singles or doubles of the present field. Their bits are kept as they are. Packed ones are copied at once. */
export function readFixedElements(reader: WireReader, name: string, into: Elements<FixedArray>): void {
  const width = into.values.BYTES_PER_ELEMENT;
  if (reader.wireType === WIRE.bytes) readPackedFixed(reader, name, into, width);
  else {
    expectWire(reader, width === 4 ? WIRE.fixed32 : WIRE.fixed64, name);
    readLooseFixed(reader, name, into, width);
  }
}

function readPackedFixed(reader: WireReader, name: string, into: Elements<FixedArray>, width: number): void {
  const end = startBytes(reader, name);
  const count = (end - reader.offset) / width;
  if (!Number.isInteger(count)) throw wrong(reader, `the content is no whole number of ${width} bytes`, name);
  makeRoom(into, count);
  bytesOf(into.values).set(reader.bytes.subarray(reader.offset, end), into.length * width);
  into.length += count;
  reader.offset = end;
}

/** A run of single numbers is read in one loop, which is much faster than coming back for each of them. */
function readLooseFixed(reader: WireReader, name: string, into: Elements<FixedArray>, width: number): void {
  const { bytes, view, end } = reader;
  const tag = reader.tagSize === 1 ? bytes[reader.tagOffset] : undefined;
  let offset = reader.offset;
  makeRoom(into, Math.ceil((end - offset) / (width + reader.tagSize)) + 1);
  const words = new Int32Array(into.values.buffer);
  let word = (into.length * width) / 4;
  for (;;) {
    if (end - offset < width) throw wrong(reader, 'a number goes past the end', name, offset);
    words[word] = view.getInt32(offset, true);
    if (width === 8) words[word + 1] = view.getInt32(offset + 4, true);
    word += width / 4;
    offset += width;
    if (offset >= end || bytes[offset] !== tag) break;
    offset += 1;
  }
  into.length = (word * 4) / width;
  reader.offset = offset;
}

/** Reads varints of the present field as numbers of at most 32 bits. */
export function readSmallElements(reader: WireReader, name: string, into: Elements<SmallArray>): void {
  const { end } = reader;
  const count = startVarints(reader, name, into);
  const { values, length } = into;
  for (let index = length; index < length + count; index += 1) values[index] = readVarint(reader, name);
  endVarints(reader, name, into, count, end);
}

/** Reads varints of the present field as booleans: 1 for every number other than 0. */
export function readBoolElements(reader: WireReader, name: string, into: Elements<Uint8Array>): void {
  const { end } = reader;
  const count = startVarints(reader, name, into);
  const { values, length } = into;
  for (let index = length; index < length + count; index += 1) {
    values[index] = (readVarint(reader, name) | reader.high) === 0 ? 0 : 1;
  }
  endVarints(reader, name, into, count, end);
}

/** Reads varints of the present field as numbers of 64 bits, without making a BigInt of each. */
export function readLongElements(reader: WireReader, name: string, into: Elements<LongArray>): void {
  const { end } = reader;
  const count = startVarints(reader, name, into);
  const words = new Int32Array(into.values.buffer, 8 * into.length);
  for (let index = 0; index < count; index += 1) {
    words[2 * index] = readVarint(reader, name);
    words[2 * index + 1] = reader.high;
  }
  endVarints(reader, name, into, count, end);
}

/** Makes room for the varints of the present field and returns how many there are; packed ones end the reader. */
function startVarints(reader: WireReader, name: string, into: Elements<SmallArray | LongArray>): number {
  if (reader.wireType === WIRE.bytes) reader.end = startBytes(reader, name);
  else expectWire(reader, WIRE.varint, name);
  const count = reader.wireType === WIRE.bytes ? countVarints(reader) : 1;
  makeRoom(into, count);
  return count;
}

/** Every varint has just one byte below 0x80, its last. */
function countVarints({ bytes, offset, end }: WireReader): number {
  let count = 0;
  for (let index = offset; index < end; index += 1) if ((bytes[index] ?? 0) < 0x80) count += 1;
  return count;
}

function endVarints(
  reader: WireReader,
  name: string,
  into: Elements<SmallArray | LongArray>,
  count: number,
  outerEnd: number,
): void {
  const isCutOff = reader.wireType === WIRE.bytes && reader.offset < reader.end;
  if (isCutOff) throw wrong(reader, 'a number goes past the end', name);
  into.length += count;
  reader.end = outerEnd;
}

/** Room for `count` more: exactly that many at first, and from then on at least double, so that growing is linear. */
function makeRoom(into: Elements<NumberArray>, count: number): void {
  const needed = into.length + count;
  const { values } = into;
  if (needed <= values.length) return;
  const Numbers = values.constructor as new (length: number) => NumberArray;
  const larger = new Numbers(Math.max(needed, 2 * values.length));
  bytesOf(larger).set(bytesOf(values));
  into.values = larger;
}

function bytesOf(values: NumberArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
