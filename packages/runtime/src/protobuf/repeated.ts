import { type Elements, trim } from '../json/elements.ts';
import {
  acceptSameField,
  expectWire,
  readVarint,
  startBytes,
  WIRE,
  type WireReader,
  wrong,
} from './reader.ts';

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

function readLooseFixed(reader: WireReader, name: string, into: Elements<FixedArray>, width: number): void {
  const most = Math.ceil((reader.end - reader.offset) / (width + reader.tagSize));
  makeRoom(into, most);
  const words = new Int32Array(into.values.buffer);
  let word = (into.length * width) / 4;
  do {
    if (reader.end - reader.offset < width) throw wrong(reader, 'a number goes past the end', name);
    for (const end = reader.offset + width; reader.offset < end; reader.offset += 4) {
      words[word] = reader.view.getInt32(reader.offset, true);
      word += 1;
    }
  } while (acceptSameField(reader));
  into.length = (word * 4) / width;
}

/** Reads varints of the present field as numbers of at most 32 bits. */
export function readSmallElements(reader: WireReader, name: string, into: Elements<SmallArray>): void {
  readVarints(reader, name, into, () => {
    into.values[into.length] = readVarint(reader, name);
  });
}

/** Reads varints of the present field as booleans: 1 for every number other than 0. */
export function readBoolElements(reader: WireReader, name: string, into: Elements<Uint8Array>): void {
  readVarints(reader, name, into, () => {
    into.values[into.length] = (readVarint(reader, name) | reader.high) === 0 ? 0 : 1;
  });
}

/** Reads varints of the present field as numbers of 64 bits, without making a BigInt of each. */
export function readLongElements(reader: WireReader, name: string, into: Elements<LongArray>): void {
  let words = new Int32Array(into.values.buffer);
  readVarints(reader, name, into, () => {
    if (words.buffer !== into.values.buffer) words = new Int32Array(into.values.buffer);
    words[2 * into.length] = readVarint(reader, name);
    words[2 * into.length + 1] = reader.high;
  });
}

function readVarints(
  reader: WireReader,
  name: string,
  into: Elements<SmallArray | LongArray>,
  readOne: () => void,
): void {
  if (reader.wireType === WIRE.bytes) {
    const outerEnd = reader.end;
    reader.end = startBytes(reader, name);
    makeRoom(into, countVarints(reader));
    for (; reader.offset < reader.end; into.length += 1) readOne();
    reader.end = outerEnd;
    return;
  }
  expectWire(reader, WIRE.varint, name);
  do {
    makeRoom(into, 1);
    readOne();
    into.length += 1;
  } while (acceptSameField(reader));
}

/** Every varint has just one byte below 0x80, its last. */
function countVarints({ bytes, offset, end }: WireReader): number {
  let count = 0;
  for (let index = offset; index < end; index += 1) if ((bytes[index] ?? 0) < 0x80) count += 1;
  return count;
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
