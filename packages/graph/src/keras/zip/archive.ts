import { crc32, inflateRaw } from 'node:zlib';
import { damaged, notRead, quoted } from '../../tensorflow/refusals.ts';
import { type ByteSource, inMemory, partOf } from '../byte-source.ts';

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16 and 4.5.3.

const END = { signature: 0x06054b50, bytes: 22 };
const END64 = { signature: 0x06064b50, bytes: 56 };
const LOCATOR64 = { signature: 0x07064b50, bytes: 20 };
const ENTRY = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const LONGEST_COMMENT = 65_535;
const IN_EXTRA = 0xffffffff;
const EXTRA64 = 0x0001;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

/** A model's archive has three files, and with vocabularies some more. */
const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024;

/** How much is read at a time to compare a checksum. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** A file in an archive. */
export interface ArchiveEntry {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Of its local header, in bytes from the start of the archive. */
  readonly offset: number;
}

/** The files in a ZIP archive by their names. Throws `GraphError`, `invalid_file` where it is cut or damaged. */
export async function readDirectory(source: ByteSource): Promise<ReadonlyMap<string, ArchiveEntry>> {
  const { start, bytes } = await findDirectory(source);
  if (bytes > MAX_DIRECTORY_BYTES)
    throw damaged(source.name, start, `its list of files takes ${bytes} bytes, as no model's does`);
  const directory = Buffer.from(await source.read(start, bytes));
  const entries = new Map<string, ArchiveEntry>();
  for (let at = 0; at + ENTRY.bytes <= directory.length; ) {
    if (directory.readUInt32LE(at) !== ENTRY.signature)
      throw damaged(source.name, start + at, 'its list of files is broken');
    const [nameBytes, extraBytes] = [directory.readUInt16LE(at + 28), directory.readUInt16LE(at + 30)];
    const end = at + ENTRY.bytes + nameBytes + extraBytes;
    if (end > directory.length) throw damaged(source.name, start + at, 'its list of files is cut');
    const entry = readEntry(source.name, directory.subarray(at, end), nameBytes, start + at);
    if (entries.has(entry.name))
      throw damaged(source.name, start + at, `it has two files ${quoted(entry.name)}`);
    entries.set(entry.name, entry);
    at = end + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * The bytes of a file in the archive, compared with their checksum: read in place where they are stored as they are,
 * unpacked in memory otherwise. Throws `GraphError`, also where it is to become more than `limit` bytes in memory.
 */
export async function openEntry(source: ByteSource, entry: ArchiveEntry, limit: number): Promise<ByteSource> {
  const name = `${source.name}, ${entry.name}`;
  if (entry.encrypted || (entry.method !== STORED && entry.method !== DEFLATED))
    throw notRead(name, 'It is encrypted, or packed in a way that Keras does not use.', SAVE_AGAIN);
  const header = Buffer.from(await source.read(entry.offset, LOCAL.bytes));
  if (header.readUInt32LE(0) !== LOCAL.signature)
    throw damaged(source.name, entry.offset, `the file ${quoted(entry.name)} is not there`);
  const start = entry.offset + LOCAL.bytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = partOf(source, name, start, entry.packedBytes);
  const opened = entry.method === STORED ? packed : await unpack(packed, entry, limit);
  if (opened.size !== entry.bytes || (await checksum(opened)) !== entry.crc)
    throw damaged(source.name, start, `the checksum of ${quoted(entry.name)} is wrong`);
  return opened;
}

const SAVE_AGAIN = 'Save the model again with Keras.';

async function findDirectory(source: ByteSource): Promise<{ start: number; bytes: number }> {
  const tailStart = Math.max(0, source.size - END.bytes - LONGEST_COMMENT);
  const tail = Buffer.from(await source.read(tailStart, source.size - tailStart));
  const end = tail.lastIndexOf(Uint8Array.of(0x50, 0x4b, 0x05, 0x06));
  if (end < 0 || end + END.bytes > tail.length)
    throw damaged(source.name, source.size, 'the end of the archive is not there');
  const found = { bytes: tail.readUInt32LE(end + 12), start: tail.readUInt32LE(end + 16) };
  const locator = tailStart + end - LOCATOR64.bytes;
  if (found.start !== IN_EXTRA || locator < 0) return found;
  const at = Buffer.from(await source.read(locator, LOCATOR64.bytes));
  if (at.readUInt32LE(0) !== LOCATOR64.signature)
    throw damaged(source.name, locator, 'the end of the archive is broken');
  const end64 = Buffer.from(await source.read(wide(at, 8), END64.bytes));
  if (end64.readUInt32LE(0) !== END64.signature)
    throw damaged(source.name, wide(at, 8), 'the end of the archive is broken');
  return { bytes: wide(end64, 40), start: wide(end64, 48) };
}

function readEntry(archive: string, record: Buffer, nameBytes: number, offset: number): ArchiveEntry {
  const name = record.toString('utf8', ENTRY.bytes, ENTRY.bytes + nameBytes);
  const narrow = [24, 20, 42].map((at) => record.readUInt32LE(at));
  const extra = extraOf(record.subarray(ENTRY.bytes + nameBytes));
  const values = narrow.map((value, index) => {
    if (value !== IN_EXTRA) return value;
    const before = narrow.slice(0, index).filter((one) => one === IN_EXTRA).length;
    if (extra === undefined || extra.length < before * 8 + 8)
      throw damaged(archive, offset, `the size of ${quoted(name)} is missing`);
    return wide(extra, before * 8);
  }) as [number, number, number];
  return {
    name,
    method: record.readUInt16LE(10),
    encrypted: (record.readUInt16LE(8) & ENCRYPTED) !== 0,
    crc: record.readUInt32LE(16),
    bytes: values[0],
    packedBytes: values[1],
    offset: values[2],
  };
}

/** Where sizes stand that 32 bits do not hold. */
function extraOf(fields: Buffer): Buffer | undefined {
  for (let at = 0; at + 4 <= fields.length; ) {
    const length = fields.readUInt16LE(at + 2);
    if (fields.readUInt16LE(at) === EXTRA64) return fields.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return undefined;
}

async function unpack(packed: ByteSource, { bytes }: ArchiveEntry, limit: number): Promise<ByteSource> {
  if (bytes > limit || packed.size > limit)
    throw notRead(
      packed.name,
      `It is compressed, and becomes ${bytes} bytes of the ${limit} that are unpacked.`,
      `Keras compresses nothing: ${SAVE_AGAIN.charAt(0).toLowerCase()}${SAVE_AGAIN.slice(1)}`,
    );
  const input = await packed.read(0, packed.size);
  const output = await new Promise<Uint8Array>((resolve, reject) => {
    // It stops where more comes out than the archive says.
    inflateRaw(input, { maxOutputLength: Math.max(1, bytes) }, (cause, result) => {
      if (cause === null) resolve(result);
      else reject(damaged(packed.name, 0, 'it cannot be unpacked', cause));
    });
  });
  return inMemory(packed.name, output);
}

async function checksum(source: ByteSource): Promise<number> {
  let sum = 0;
  for (let at = 0; at < source.size; at += PIECE_BYTES)
    sum = crc32(await source.read(at, Math.min(PIECE_BYTES, source.size - at)), sum);
  return sum;
}

/** Beyond what a number holds, it is beyond any file too. */
function wide(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
