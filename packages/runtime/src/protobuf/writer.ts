/** A message as the pieces it is sent in. */
export interface EncodedMessage {
  readonly chunks: readonly Uint8Array[];
  readonly byteLength: number;
}

/**
 * A message that is written from its end to its beginning: so a length, which stands before what it counts, is known
 * when it is written. Fields are put in the reverse of their order on the wire.
 */
export interface WireWriter {
  buffer: Buffer;
  /** The present buffer is filled from `start` to `end`. */
  start: number;
  end: number;
  /** What follows the present buffer, last piece first, and its bytes. */
  readonly following: Uint8Array[];
  followingBytes: number;
}

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Room of the first buffer; most messages without tensors fit. */
const FIRST_BYTES = 512;

/** Byte strings from this size on become pieces of their own instead of being copied. */
const MIN_PIECE_BYTES = 32 * 1_024;

const TWO_TO_32 = 2 ** 32;
const MOST_VARINT_BYTES = 10;

/** Begins a message, at its end. */
export function startMessage(): WireWriter {
  const buffer = Buffer.allocUnsafe(FIRST_BYTES);
  return { buffer, start: FIRST_BYTES, end: FIRST_BYTES, following: [], followingBytes: 0 };
}

/** The message. Large byte strings in it are the memory that was put, which must not change until it is sent. */
export function finishMessage(writer: WireWriter): EncodedMessage {
  flush(writer);
  return { chunks: writer.following.toReversed(), byteLength: writer.followingBytes };
}

/** Bytes so far. */
export function writtenBytes({ start, end, followingBytes }: WireWriter): number {
  return end - start + followingBytes;
}

/** Puts the tag and the length before a message whose fields were put since `writtenBytes` was `before`. */
export function putMessageStart(writer: WireWriter, field: number, before: number): void {
  putLength(writer, field, writtenBytes(writer) - before);
}

/** Puts a text as UTF-8. */
export function putString(writer: WireWriter, field: number, text: string): void {
  const size = Buffer.byteLength(text);
  makeRoom(writer, size);
  writer.start -= size;
  writer.buffer.write(text, writer.start);
  putLength(writer, field, size);
}

/** Puts bytes. */
export function putBytes(writer: WireWriter, field: number, bytes: Uint8Array): void {
  putContent(writer, bytes);
  putLength(writer, field, bytes.length);
}

/** Puts `true` or `false`. */
export function putBool(writer: WireWriter, field: number, value: boolean): void {
  putWords(writer, value ? 1 : 0, 0);
  putTag(writer, field, WIRE.varint);
}

/** Puts a whole number, exact up to 2^53, of any varint type; below zero it takes ten bytes, as the format demands. */
export function putInteger(writer: WireWriter, field: number, value: number): void {
  putWords(writer, value >>> 0, Math.floor(value / TWO_TO_32) >>> 0);
  putTag(writer, field, WIRE.varint);
}

/** Puts an int64 or uint64. */
export function putLong(writer: WireWriter, field: number, value: bigint): void {
  putWords(writer, Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)));
  putTag(writer, field, WIRE.varint);
}

/** Puts a single. */
export function putFloat(writer: WireWriter, field: number, value: number): void {
  makeRoom(writer, 4);
  writer.start -= 4;
  writer.buffer.writeFloatLE(value, writer.start);
  putTag(writer, field, WIRE.fixed32);
}

/** Puts a double. */
export function putDouble(writer: WireWriter, field: number, value: number): void {
  makeRoom(writer, 8);
  writer.start -= 8;
  writer.buffer.writeDoubleLE(value, writer.start);
  putTag(writer, field, WIRE.fixed64);
}

/** Puts singles or doubles, packed. */
export function putFixedElements(
  writer: WireWriter,
  field: number,
  values: Float32Array | Float64Array,
): void {
  putBytes(writer, field, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** Puts whole numbers of any varint type, packed. */
export function putIntegerElements(writer: WireWriter, field: number, values: ArrayLike<number>): void {
  const before = writtenBytes(writer);
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const value = values[index] ?? 0;
    putWords(writer, value >>> 0, Math.floor(value / TWO_TO_32) >>> 0);
  }
  putMessageStart(writer, field, before);
}

/** Puts int64 or uint64 numbers, packed, without making a BigInt of each. */
export function putLongElements(
  writer: WireWriter,
  field: number,
  values: BigInt64Array | BigUint64Array,
): void {
  const before = writtenBytes(writer);
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  for (let index = words.length - 2; index >= 0; index -= 2) {
    putWords(writer, words[index] ?? 0, words[index + 1] ?? 0);
  }
  putMessageStart(writer, field, before);
}

function putContent(writer: WireWriter, bytes: Uint8Array): void {
  if (bytes.length < MIN_PIECE_BYTES) {
    makeRoom(writer, bytes.length);
    writer.start -= bytes.length;
    writer.buffer.set(bytes, writer.start);
    return;
  }
  flush(writer);
  writer.following.push(bytes);
  writer.followingBytes += bytes.length;
}

function putLength(writer: WireWriter, field: number, length: number): void {
  putWords(writer, length, 0);
  putTag(writer, field, WIRE.bytes);
}

function putTag(writer: WireWriter, field: number, wireType: number): void {
  putWords(writer, (field << 3) | wireType, 0);
}

/** Puts a varint, whose halves are given as numbers from zero. */
function putWords(writer: WireWriter, low: number, high: number): void {
  makeRoom(writer, MOST_VARINT_BYTES);
  const bits = high === 0 ? 32 - Math.clz32(low) : 64 - Math.clz32(high);
  writer.start -= Math.max(1, Math.ceil(bits / 7));
  let at = writer.start;
  let lower = low;
  let upper = high;
  while (upper !== 0 || lower > 0x7f) {
    writer.buffer[at] = (lower & 0x7f) | 0x80;
    lower = ((lower >>> 7) | (upper << 25)) >>> 0;
    upper >>>= 7;
    at += 1;
  }
  writer.buffer[at] = lower;
}

function makeRoom(writer: WireWriter, size: number): void {
  if (writer.start >= size) return;
  flush(writer);
  const room = Math.max(size, 2 * writer.buffer.length);
  writer.buffer = Buffer.allocUnsafe(room);
  writer.start = room;
  writer.end = room;
}

function flush(writer: WireWriter): void {
  if (writer.start === writer.end) return;
  writer.following.push(writer.buffer.subarray(writer.start, writer.end));
  writer.followingBytes += writer.end - writer.start;
  writer.end = writer.start;
}
