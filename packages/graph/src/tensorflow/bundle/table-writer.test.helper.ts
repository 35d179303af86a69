import { crc32c, maskCrc } from './crc32c.ts';
import { TABLE_MAGIC } from './table.ts';

/** A key and its value; keys are bytes. */
export type Pair = readonly [key: Buffer, value: Buffer];

export interface TableOptions {
  /** Entries of a block. */
  readonly perBlock: number;
  /** Entries from one whole key to the next. */
  readonly perRestart: number;
  readonly pack?: (block: Buffer) => Buffer;
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return Buffer.from([...bytes, left]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

/** A table of LevelDB's kind with these pairs in this order. */
export function writeTable(pairs: readonly Pair[], options: TableOptions): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  const write = (block: Buffer): Buffer => {
    const stored = options.pack?.(block) ?? block;
    const typed = Buffer.concat([stored, Buffer.from([options.pack === undefined ? 0 : 1])]);
    const handle = Buffer.concat([varint(length), varint(stored.length)]);
    parts.push(typed, uint32(maskCrc(crc32c(typed))));
    length += typed.length + 4;
    return handle;
  };
  const index: Pair[] = [];
  for (let at = 0; at < pairs.length; at += options.perBlock) {
    const some = pairs.slice(at, at + options.perBlock);
    index.push([some.at(-1)?.[0] ?? Buffer.alloc(0), write(writeBlock(some, options.perRestart))]);
  }
  const meta = write(writeBlock([], 1));
  const handles = Buffer.concat([meta, write(writeBlock(index, 1))]);
  return Buffer.concat([...parts, handles, Buffer.alloc(40 - handles.length), TABLE_MAGIC]);
}

function writeBlock(pairs: readonly Pair[], perRestart: number): Buffer {
  const parts: Buffer[] = [];
  const restarts = [0];
  let length = 0;
  pairs.forEach(([key, value], index) => {
    const restart = index % perRestart === 0;
    if (restart && index > 0) restarts.push(length);
    const shared = restart ? 0 : sharedLength(pairs[index - 1]?.[0] ?? key, key);
    const own = key.subarray(shared);
    const entry = Buffer.concat([varint(shared), varint(own.length), varint(value.length), own, value]);
    parts.push(entry);
    length += entry.length;
  });
  return Buffer.concat([...parts, ...restarts.map(uint32), uint32(restarts.length)]);
}

function sharedLength(a: Buffer, b: Buffer): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

/** Packs with literals, and with copies of all three kinds where four bytes have been there before. */
export function packSnappy(bytes: Buffer): Buffer {
  const parts = [varint(bytes.length)];
  let literal = 0;
  for (let at = 0; at <= bytes.length; ) {
    const found =
      at + 4 <= bytes.length ? bytes.subarray(0, at + 3).lastIndexOf(bytes.subarray(at, at + 4)) : -1;
    if (found === -1 && at < bytes.length) {
      at += 1;
      continue;
    }
    if (at > literal) parts.push(literalOf(bytes.subarray(literal, at)));
    if (found === -1) break;
    let size = 4;
    while (size < 64 && at + size < bytes.length && bytes[found + size] === bytes[at + size]) size += 1;
    parts.push(copyOf(at - found, size));
    at += size;
    literal = at;
  }
  return Buffer.concat(parts);
}

function literalOf(bytes: Buffer): Buffer {
  const length = bytes.length - 1;
  const tag = length < 60 ? [length << 2] : [61 << 2, length & 255, length >> 8];
  return Buffer.concat([Buffer.from(tag), bytes]);
}

function copyOf(offset: number, size: number): Buffer {
  if (size < 12 && offset < 2048)
    return Buffer.from([1 | ((size - 4) << 2) | ((offset >> 8) << 5), offset & 255]);
  const tag = (size - 1) << 2;
  if (offset % 2 === 0) return Buffer.from([tag | 2, offset & 255, offset >> 8]);
  return Buffer.concat([Buffer.from([tag | 3]), uint32(offset)]);
}
