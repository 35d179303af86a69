import type { ByteSource } from '../../keras/byte-source.ts';
import { type ArchiveEntry, openEntry } from '../../keras/zip/archive.ts';
import { damaged, notRead } from '../../tensorflow/refusals.ts';
import { dataTypeOfNumpy } from './element-sizes.ts';
import type { StoredTensor } from './stored-weights.ts';

// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
const SUFFIX = '.npy';
/** Magic, version, and the longer of the two forms of the header's length. */
const START_BYTES = 12;
/** A header of a tensor takes some hundred bytes. */
const MAX_HEADER_BYTES = 64 * 1024;
/** What was compressed is unpacked in memory. */
const MAX_UNPACKED_BYTES = 1024 ** 3;

/** The arrays of an archive that numpy wrote. Throws `GraphError`, also where one is no array of numbers by rows. */
export async function readNpz(
  source: ByteSource,
  entries: ReadonlyMap<string, ArchiveEntry>,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of entries) {
    if (!name.endsWith(SUFFIX))
      throw notRead(source.name, 'It has files that are no arrays.', 'Save it with numpy.savez.');
    tensors.set(
      name.slice(0, -SUFFIX.length),
      await readNpy(await openEntry(source, entry, MAX_UNPACKED_BYTES)),
    );
  }
  return tensors;
}

/** The array of a file that numpy wrote. Throws `GraphError`, also where it is no array of numbers by rows. */
export async function readNpy(source: ByteSource): Promise<StoredTensor> {
  const start = Buffer.from(await source.read(0, START_BYTES));
  const version = start.readUInt8(MAGIC.length);
  if (!start.subarray(0, MAGIC.length).equals(MAGIC) || version < 1 || version > 3)
    throw damaged(source.name, 0, 'it is no array of numpy');
  const headerStart = version === 1 ? START_BYTES - 2 : START_BYTES;
  const headerBytes = version === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8);
  if (headerBytes > MAX_HEADER_BYTES) throw damaged(source.name, 8, 'its header is too long');
  const header = Buffer.from(await source.read(headerStart, headerBytes)).toString('latin1');
  const [, descr = ''] = /'descr':\s*'([^']*)'/.exec(header) ?? [];
  const [, sizes] = /'shape':\s*\(([\d,\s]*)\)/.exec(header) ?? [];
  const dtype = dataTypeOfNumpy(descr);
  if (dtype === undefined || sizes === undefined || !/'fortran_order':\s*False/.test(header))
    throw notRead(
      source.name,
      'It holds no numbers by rows, little endian.',
      'Save it as numpy.ascontiguousarray(array, "<f4").',
    );
  const shape = sizes
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  const offset = headerStart + headerBytes;
  const bytes = shape.reduce((product, size) => product * size, dtype.size);
  if (offset + bytes !== source.size) throw damaged(source.name, offset, `its array takes ${bytes} bytes`);
  return {
    dtype: dtype.name,
    shape,
    load: async () => source.rangeOf(offset, bytes) ?? (await source.read(offset, bytes)),
  };
}
