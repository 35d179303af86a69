import { damaged } from '../refusals.ts';
import { elementCount, type StoredTensor } from './bundle-index.ts';
import { ByteReader } from './byte-reader.ts';
import { crc32c, maskCrc } from './crc32c.ts';

/** The first length that is hashed as eight bytes instead of four. */
const LONG = 2 ** 32;

/**
 * Takes a tensor of strings apart: a varint length each, the masked checksum of the lengths, then all their bytes
 * (core/util/tensor_bundle, WriteStringTensor). The elements are views of `bytes`. Throws `GraphError`.
 */
export function readStrings(file: string, stored: StoredTensor, bytes: Uint8Array): readonly Uint8Array[] {
  const reader = new ByteReader(bytes);
  try {
    const lengths = Array.from({ length: elementCount(stored.shape) }, () => reader.varint());
    const hashed = crc32c(lengthBytes(lengths));
    const stands = reader.take(4);
    if (new ByteReader(stands).uint32() !== maskCrc(hashed))
      throw damaged(file, stored.offset, 'the checksum of the lengths of strings is wrong');
    const sum = crc32c(bytes.subarray(reader.at), crc32c(stands, hashed));
    if (maskCrc(sum) !== stored.crc) throw damaged(file, stored.offset, 'the checksum of a tensor is wrong');
    const elements = lengths.map((length) => reader.take(length));
    if (reader.left > 0) throw new RangeError(`${reader.left} bytes are left over.`);
    return elements;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw damaged(file, stored.offset, `a tensor of strings is broken. ${error.message}`, error);
  }
}

function lengthBytes(lengths: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(lengths.reduce((sum, length) => sum + (length < LONG ? 4 : 8), 0));
  let at = 0;
  for (const length of lengths)
    at = length < LONG ? bytes.writeUInt32LE(length, at) : bytes.writeBigUInt64LE(BigInt(length), at);
  return bytes;
}
