import { ByteReader } from './byte-reader.ts';

/** A copy makes at most 64 bytes of its two: a declared length beyond that is a lie, told to make us take memory. */
const MOST_OF_A_BYTE = 64;

/**
 * Unpacks a block in Snappy's raw format (google/snappy, format_description.txt). Throws a `RangeError` if it is none.
 * Nobody has written compressed checkpoints for years, so that speed does not matter.
 */
export function unpackSnappy(packed: Uint8Array): Uint8Array {
  const reader = new ByteReader(packed);
  const length = reader.varint();
  if (length > packed.length * MOST_OF_A_BYTE) throw new RangeError(`It cannot hold ${length} bytes.`);
  const unpacked = new Uint8Array(length);
  let at = 0;
  while (reader.left > 0) {
    const tag = reader.byte();
    const size = (tag & 3) === 0 ? literalLength(reader, tag) : copyLength(tag);
    if (size > length - at) throw new RangeError('It holds more bytes than it says.');
    if ((tag & 3) === 0) unpacked.set(reader.take(size), at);
    else copyBack(unpacked, at, copyOffset(reader, tag), size);
    at += size;
  }
  if (at !== length) throw new RangeError(`It holds ${at} bytes and says ${length}.`);
  return unpacked;
}

function literalLength(reader: ByteReader, tag: number): number {
  const short = tag >>> 2;
  return short < 60 ? short + 1 : littleEndian(reader, short - 59) + 1;
}

function copyLength(tag: number): number {
  return (tag & 3) === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
}

function copyOffset(reader: ByteReader, tag: number): number {
  if ((tag & 3) === 1) return ((tag >>> 5) << 8) | reader.byte();
  return littleEndian(reader, (tag & 3) === 2 ? 2 : 4);
}

function littleEndian(reader: ByteReader, bytes: number): number {
  return reader.take(bytes).reduceRight((value, byte) => value * 256 + byte, 0);
}

/** Byte by byte, since a copy may read what it writes. */
function copyBack(unpacked: Uint8Array, at: number, offset: number, size: number): void {
  if (offset === 0 || offset > at) throw new RangeError('A copy begins before the first byte.');
  for (let index = at; index < at + size; index += 1) unpacked[index] = unpacked[index - offset] as number;
}
