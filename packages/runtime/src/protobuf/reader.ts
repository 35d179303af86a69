// https://protobuf.dev/programming-guides/encoding/
import { isUtf8 } from 'node:buffer';
import { SlipwayError } from '@slipway/contract';

/** How the content of a field lies in a message. The two kinds of groups, 3 and 4, are refused. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const WIRE_NAMES: readonly string[] = ['varint', 'fixed64', 'bytes', 'group', 'group', 'fixed32', '6', '7'];

/**
 * Messages, texts and byte strings that one message may hold. Each becomes an object, so without a limit a message of
 * empty parts, of two bytes each, would take many times its size.
 */
export const MAX_PARTS = 2 ** 20;

const TWO_TO_32 = 2 ** 32;
const MOST_TAG_BYTES = 5;
const MOST_VARINT_BITS = 70;

/**
 * A place in a message in the protobuf wire format. Readers move `offset` on and throw `WireError`; `decodeWith` makes
 * that an error value. How deep messages nest is bounded by the readers: each knows the messages inside its own.
 */
export interface WireReader {
  readonly bytes: Buffer;
  readonly view: DataView;
  offset: number;
  /** Where the message that is being read ends. */
  end: number;
  /** Where the tag of the present field begins, and its bytes. */
  tagOffset: number;
  tagSize: number;
  /** Number of the present field. */
  field: number;
  wireType: number;
  /** The upper half of the varint that was read last. */
  high: number;
  /** Messages, texts and byte strings so far. */
  parts: number;
}

/** What is wrong with a message, where, and in which field. */
class WireError extends Error {
  readonly offset: number;
  readonly path: string;

  constructor(text: string, offset: number, path: string) {
    super(text);
    this.offset = offset;
    this.path = path;
  }
}

/**
 * What `read` makes of a message. A message that cannot be read is `invalid_argument`, with the path of the `field` and
 * the `offset` of the byte in its details; a `SlipwayError` that `read` throws is returned too.
 */
export function decodeWith<T>(bytes: Uint8Array, read: (reader: WireReader) => T): T | SlipwayError {
  try {
    return read(openMessage(bytes));
  } catch (thrown) {
    if (thrown instanceof WireError) return malformed(thrown);
    if (thrown instanceof SlipwayError) return thrown;
    throw thrown;
  }
}

function malformed({ message, offset, path }: WireError): SlipwayError {
  const where = path === '' ? 'the message' : path;
  return new SlipwayError(
    'invalid_argument',
    `The request is no valid protobuf message: ${where}: ${message} (at byte ${offset}).`,
    { details: { field: path, offset } },
  );
}

function openMessage(bytes: Uint8Array): WireReader {
  return {
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    offset: 0,
    end: bytes.byteLength,
    tagOffset: 0,
    tagSize: 0,
    field: 0,
    wireType: 0,
    high: 0,
    parts: 0,
  };
}

/** Moves to the next field, whose `field` and `wireType` the reader then has; false at the end of the message. */
export function nextField(reader: WireReader): boolean {
  if (reader.offset >= reader.end) return false;
  reader.tagOffset = reader.offset;
  const tag = readVarint(reader, '');
  reader.tagSize = reader.offset - reader.tagOffset;
  if (reader.high !== 0 || reader.tagSize > MOST_TAG_BYTES || tag >>> 3 === 0) {
    throw wrong(reader, 'there is no such field', '', reader.tagOffset);
  }
  reader.field = tag >>> 3;
  reader.wireType = tag & 7;
  return true;
}

/** Skips a field that nobody asked for. */
export function skipField(reader: WireReader): void {
  switch (reader.wireType) {
    case WIRE.varint:
      readVarint(reader, `field ${reader.field}`);
      return;
    case WIRE.fixed64:
      advance(reader, 8, `field ${reader.field}`);
      return;
    case WIRE.bytes:
      skipBytes(reader);
      return;
    case WIRE.fixed32:
      advance(reader, 4, `field ${reader.field}`);
      return;
    default:
      throw wrong(reader, `wire type ${reader.wireType} is not read here`, `field ${reader.field}`);
  }
}

function skipBytes(reader: WireReader): void {
  const length = readLength(reader, `field ${reader.field}`);
  reader.offset += length;
}

/** Reads the message in the present field with `read`, which must read all of it. */
export function readMessage<T>(reader: WireReader, name: string, read: (reader: WireReader) => T): T {
  const outerEnd = reader.end;
  reader.end = startBytes(reader, name);
  try {
    const message = read(reader);
    reader.end = outerEnd;
    return message;
  } catch (thrown) {
    throw thrown instanceof WireError ? inside(thrown, name) : thrown;
  }
}

function inside(error: WireError, name: string): WireError {
  const path = error.path === '' ? name : `${name}.${error.path}`;
  return new WireError(error.message, error.offset, path);
}

/** Reads the bytes in the present field: a view of the message. */
export function readBytes(reader: WireReader, name: string): Uint8Array {
  const end = startBytes(reader, name);
  const { buffer, byteOffset } = reader.bytes;
  const bytes = new Uint8Array(buffer, byteOffset + reader.offset, end - reader.offset);
  reader.offset = end;
  return bytes;
}

/** Reads the text in the present field, which must be UTF-8. */
export function readString(reader: WireReader, name: string): string {
  const end = startBytes(reader, name);
  const { bytes, offset: start } = reader;
  reader.offset = end;
  if (isAscii(bytes, start, end)) return bytes.toString('latin1', start, end);
  if (!isUtf8(bytes.subarray(start, end))) throw wrong(reader, 'the text is not UTF-8', name, start);
  return bytes.toString('utf8', start, end);
}

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  for (let offset = start; offset < end; offset += 1) if ((bytes[offset] ?? 0) > 0x7f) return false;
  return true;
}

/** Reads the length of the present field's content, and returns where that ends. */
export function startBytes(reader: WireReader, name: string): number {
  expectWire(reader, WIRE.bytes, name);
  reader.parts += 1;
  if (reader.parts > MAX_PARTS) throw wrong(reader, `there are more than ${MAX_PARTS} parts`, name);
  return readLength(reader, name) + reader.offset;
}

/** Reads `true` or `false`; any other number than 0 is true. */
export function readBool(reader: WireReader, name: string): boolean {
  expectWire(reader, WIRE.varint, name);
  return (readVarint(reader, name) | reader.high) !== 0;
}

/** Reads an int32 or an enumerator: the lower 32 bits, as the format demands. */
export function readInt32(reader: WireReader, name: string): number {
  expectWire(reader, WIRE.varint, name);
  return readVarint(reader, name);
}

/** Reads a uint32. */
export function readUint32(reader: WireReader, name: string): number {
  return readInt32(reader, name) >>> 0;
}

/** Reads an int64 as a number; one that a number does not hold exactly is refused. */
export function readSafeInt64(reader: WireReader, name: string): number {
  expectWire(reader, WIRE.varint, name);
  const low = readVarint(reader, name) >>> 0;
  return safe(reader, name, reader.high * TWO_TO_32 + low);
}

/** Reads a uint64 as a number; one that a number does not hold exactly is refused. */
export function readSafeUint64(reader: WireReader, name: string): number {
  expectWire(reader, WIRE.varint, name);
  const low = readVarint(reader, name) >>> 0;
  return safe(reader, name, (reader.high >>> 0) * TWO_TO_32 + low);
}

function safe(reader: WireReader, name: string, value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw wrong(reader, 'the number is larger than is exact here', name);
}

/** Reads an int64. */
export function readInt64(reader: WireReader, name: string): bigint {
  expectWire(reader, WIRE.varint, name);
  const low = readVarint(reader, name) >>> 0;
  return (BigInt(reader.high) << 32n) | BigInt(low);
}

/** Reads a uint64. */
export function readUint64(reader: WireReader, name: string): bigint {
  return BigInt.asUintN(64, readInt64(reader, name));
}

/** Reads a single. */
export function readFloat(reader: WireReader, name: string): number {
  expectWire(reader, WIRE.fixed32, name);
  const { offset } = reader;
  advance(reader, 4, name);
  return reader.view.getFloat32(offset, true);
}

/** Reads a double. */
export function readDouble(reader: WireReader, name: string): number {
  expectWire(reader, WIRE.fixed64, name);
  const { offset } = reader;
  advance(reader, 8, name);
  return reader.view.getFloat64(offset, true);
}

/** Refuses a field whose content lies otherwise than its type does. */
export function expectWire(reader: WireReader, wireType: number, name: string): void {
  if (reader.wireType === wireType) return;
  const found = WIRE_NAMES[reader.wireType];
  throw wrong(reader, `expected wire type ${WIRE_NAMES[wireType]}, found ${found}`, name, reader.tagOffset);
}

/** The error to throw for something wrong in the field `name` of the message that is being read. */
export function wrong(reader: WireReader, text: string, name: string, offset = reader.offset): Error {
  return new WireError(text, offset, name);
}

/** Reads a varint: the lower 32 bits as a signed number; the upper are left in `high`, signed too. */
export function readVarint(reader: WireReader, name: string): number {
  const { bytes } = reader;
  let offset = reader.offset;
  let byte = bytes[offset] ?? 0;
  let low = byte & 0x7f;
  let high = 0;
  offset += 1;
  for (let bits = 7; byte >= 0x80; bits += 7) {
    byte = bytes[offset] ?? 0;
    offset += 1;
    const seven = byte & 0x7f;
    if (bits < 28) low |= seven << bits;
    else if (bits === 28) {
      low |= seven << bits;
      high = seven >>> 4;
    } else if (bits < MOST_VARINT_BITS - 7 || byte < 2) high |= seven << (bits - 32);
    else throw wrong(reader, 'a number has more than 64 bits', name);
  }
  if (offset > reader.end) throw wrong(reader, 'a number goes past the end', name);
  reader.offset = offset;
  reader.high = high;
  return low;
}

function readLength(reader: WireReader, name: string): number {
  const { offset } = reader;
  const length = readVarint(reader, name);
  const left = reader.end - reader.offset;
  if (reader.high === 0 && length >= 0 && length <= left) return length;
  const claimed = (reader.high >>> 0) * TWO_TO_32 + (length >>> 0);
  throw wrong(reader, `the content has ${claimed} bytes, but ${left} are left`, name, offset);
}

function advance(reader: WireReader, size: number, name: string): void {
  if (size > reader.end - reader.offset) throw wrong(reader, 'a number goes past the end', name);
  reader.offset += size;
}
