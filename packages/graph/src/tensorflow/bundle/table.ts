import { damaged, notRead } from '../refusals.ts';
import { ByteReader } from './byte-reader.ts';
import { crc32c, maskCrc } from './crc32c.ts';
import { unpackSnappy } from './snappy.ts';

/** The last bytes of a table of LevelDB's kind: two handles, zeros up to 40, and this. */
export const TABLE_MAGIC: Uint8Array = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb);
export const FOOTER_BYTES = 48;

/** Behind each block: how it is packed, and its masked checksum. */
export const TRAILER_BYTES = 5;

/**
 * The most that blocks may unpack to, and that keys may come to when what they share is written out. An index takes
 * some 100 bytes a tensor, so this is beyond a million of them; without it a small file could ask for any memory.
 */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/** What an entry costs in memory besides its key: one of three bytes would ask for a hundred. */
const ENTRY_BYTES = 128;

/** An entry of a table. Its key is one text unit a byte, in the table's order. */
export interface TableEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Where its block begins in the file. */
  readonly offset: number;
}

/** Where a block stands in the file, without its trailer. */
export interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** True if `bytes` end as a table does. */
export function endsAsTable(bytes: Uint8Array): boolean {
  const end = bytes.subarray(-TABLE_MAGIC.length);
  return end.length === TABLE_MAGIC.length && Buffer.compare(end, TABLE_MAGIC) === 0;
}

/**
 * Reads all entries of a table of LevelDB's kind, which TensorFlow keeps a checkpoint's index in; every block's
 * checksum is compared. Throws `GraphError` (`invalid_file`) with the file and the byte where it breaks the format.
 */
export function readTable(file: string, bytes: Uint8Array): TableEntry[] {
  const budget = { left: MAX_UNPACKED_BYTES };
  const { meta, index } = readFooter(file, bytes.length, bytes.subarray(-FOOTER_BYTES));
  readBlock(file, bytes, meta, budget);
  const entries: TableEntry[] = [];
  let end = 0;
  for (const { value, offset } of readBlock(file, bytes, index, budget)) {
    const handle = readHandle(file, offset, value);
    // Blocks that overlap would make a small file large.
    if (handle.offset < end) throw damaged(file, handle.offset, 'blocks of the table overlap');
    end = handle.offset + handle.size + TRAILER_BYTES;
    for (const entry of readBlock(file, bytes, handle, budget)) {
      const before = entries.at(-1);
      if (before !== undefined && !(before.key < entry.key))
        throw damaged(file, entry.offset, 'the keys of the table are out of order');
      entries.push(entry);
    }
  }
  return entries;
}

/** The blocks that tell of others, from the last bytes of a file of so many. */
export function readFooter(file: string, size: number, footer: Uint8Array): { meta: Handle; index: Handle } {
  const start = Math.max(0, size - FOOTER_BYTES);
  if (footer.length < FOOTER_BYTES || !endsAsTable(footer))
    throw damaged(file, start, 'it does not end as the index of a checkpoint does');
  return reading(file, start, () => {
    const reader = new ByteReader(footer.subarray(0, -TABLE_MAGIC.length));
    return { meta: handleFrom(reader), index: handleFrom(reader) };
  });
}

/** What an entry of the index says of a block; `offset` is where the index stands. */
export function readHandle(file: string, offset: number, value: Uint8Array): Handle {
  return reading(file, offset, () => handleFrom(new ByteReader(value)));
}

function handleFrom(reader: ByteReader): Handle {
  return { offset: reader.varint(), size: reader.varint() };
}

function readBlock(file: string, bytes: Uint8Array, handle: Handle, budget: { left: number }): TableEntry[] {
  requireInside(file, bytes.length, handle);
  const { offset, size } = handle;
  return readEntries(file, offset, bytes.subarray(offset, offset + size + TRAILER_BYTES), budget);
}

/** Throws where a block reaches into the last bytes of a file of so many. */
export function requireInside(file: string, bytes: number, { offset, size }: Handle): void {
  if (offset + size + TRAILER_BYTES > bytes - FOOTER_BYTES)
    throw damaged(file, offset, 'a block reaches beyond the table');
}

/**
 * The entries of a block, which is given with its trailer, and whose checksum is compared. Values of a block that is not
 * packed are views of it. `budget` bounds what is unpacked, and the keys.
 */
export function readEntries(
  file: string,
  offset: number,
  stored: Uint8Array,
  budget: { left: number },
): TableEntry[] {
  const size = stored.length - TRAILER_BYTES;
  const checksum = new ByteReader(stored, size + 1).uint32();
  if (maskCrc(crc32c(stored.subarray(0, size + 1))) !== checksum)
    throw damaged(file, offset, 'the checksum of a block is wrong');
  const raw = stored.subarray(0, size);
  const packing = stored[size];
  if (packing !== 0 && packing !== 1)
    throw notRead(file, `A block is compressed in a way (${packing}) that is not known.`, 'Save it again.');
  return reading(file, offset, () => {
    const block = packing === 0 ? raw : unpackSnappy(raw);
    if (packing === 1) spend(budget, block.length);
    return entriesIn(block, offset, budget);
  });
}

/** A key shares its first bytes with the one before. */
function entriesIn(block: Uint8Array, offset: number, budget: { left: number }): TableEntry[] {
  if (block.length < 4) throw new RangeError('A block is too short.');
  const restarts = new ByteReader(block, block.length - 4).uint32();
  const end = block.length - 4 - restarts * 4;
  if (end < 0) throw new RangeError('A block has more restarts than room.');
  const reader = new ByteReader(block.subarray(0, end));
  const entries: TableEntry[] = [];
  let key = '';
  while (reader.left > 0) {
    const shared = reader.varint();
    const own = reader.varint();
    const length = reader.varint();
    if (shared > key.length) throw new RangeError('A key shares more than there is.');
    spend(budget, shared + own + ENTRY_BYTES);
    key = key.slice(0, shared) + Buffer.from(reader.take(own)).toString('latin1');
    entries.push({ key, value: reader.take(length), offset });
  }
  return entries;
}

function spend(budget: { left: number }, bytes: number): void {
  budget.left -= bytes;
  if (budget.left < 0) throw new RangeError(`It unpacks to more than ${MAX_UNPACKED_BYTES} bytes.`);
}

/** Runs `read`, and says of a `RangeError` where in the file the bytes are wrong. */
export function reading<T>(file: string, offset: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw damaged(file, offset, `the table is broken. ${error.message}`, error);
  }
}
