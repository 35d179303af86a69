import { GraphError } from '../../graph-error.ts';
import { damaged, notRead, quoted } from '../../tensorflow/refusals.ts';
import { type ByteSource, paged } from '../byte-source.ts';

// The format is HDF5 File Format Specification 3.0, https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html,
// in the form that h5py writes unless told otherwise: superblock 0, headers of version 1, groups as symbol tables.

/** An address that stands for none. */
export const NO_ADDRESS = 2 ** 64;

/**
 * All structure that is read of one file together, with what each piece costs besides. A model of a thousand layers
 * has less than 16 MiB, and what points at itself runs into it.
 */
const MAX_STRUCTURE_BYTES = 256 * 1024 * 1024;
const PIECE_COST = 64;

/** The structure of an HDF5 file, piece by piece. */
export interface Structure {
  readonly name: string;
  readonly source: ByteSource;
  /** Bytes of the structure, from `address`. Throws `GraphError` where they are not there, or are too many. */
  readonly read: (address: number, length: number) => Promise<Buffer>;
  /** As `read`, where a mark of four letters has to stand first. */
  readonly marked: (address: number, length: number, mark: string) => Promise<Buffer>;
}

/** What to do about a form of HDF5 that is not read. */
export const SAVE_AGAIN = 'Load the model in Keras and save it again.';

/** The structure of the file, and where the header of its first group stands. */
export async function openStructure(source: ByteSource): Promise<{ structure: Structure; root: number }> {
  const structure = structureOf(source);
  const start = await structure.read(0, Math.min(96, source.size));
  if (start.toString('latin1', 0, 8) !== '\x89HDF\r\n\x1a\n' || start.length < 96)
    throw damaged(source.name, 0, 'it does not begin as HDF5 does');
  const version = start.readUInt8(8);
  if (version > 1)
    throw notRead(
      source.name,
      `It is HDF5 with a superblock of version ${version}, which Keras does not write.`,
      SAVE_AGAIN,
    );
  const [offsets, lengths] = [start.readUInt8(13), start.readUInt8(14)];
  if (offsets !== 8 || lengths !== 8)
    throw notRead(source.name, `Its addresses have ${offsets} bytes and not 8.`, SAVE_AGAIN);
  const at = version === 0 ? 24 : 28;
  if (wide(start, at) !== 0) throw notRead(source.name, 'Something stands before the HDF5 file.', SAVE_AGAIN);
  const end = wide(start, at + 16);
  if (end > source.size) throw damaged(source.name, source.size, `it is cut: ${end} bytes were written`);
  return { structure, root: wide(start, at + 40) };
}

function structureOf(source: ByteSource): Structure {
  const pages = paged(source);
  let left = MAX_STRUCTURE_BYTES;
  const read = async (address: number, length: number): Promise<Buffer> => {
    left -= length + PIECE_COST;
    if (left < 0)
      throw new GraphError(
        'invalid_file',
        `${source.name}: its structure takes more than ${MAX_STRUCTURE_BYTES} bytes, or points at itself. ${SAVE_AGAIN}`,
      );
    const bytes = await pages.read(address, length);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  return {
    name: source.name,
    source,
    read,
    marked: async (address, length, mark) => {
      const bytes = await read(address, length);
      if (bytes.toString('latin1', 0, 4) === mark) return bytes;
      throw damaged(source.name, address, `${quoted(mark)} is to stand there`);
    },
  };
}

/** A number of 64 bits; beyond what is exact, it is beyond any file too. */
export function wide(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
