import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import {
  type BundleEntryProto,
  BundleEntryProtoSchema,
  BundleHeaderProtoSchema,
} from '../../generated/tensorflow/tensorflow_pb.ts';
import { type DataType, dataType } from '../data-types.ts';
import { messageBounds } from '../message-bounds.ts';
import { brokenModel, damaged, notRead, quoted } from '../refusals.ts';
import { type Extent, sliceKey } from './slice-key.ts';
import { readTable, type TableEntry } from './table.ts';

/** Where the bytes of a tensor, or of a slice of one, stand. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  /** Masked CRC-32C of the bytes as they stand there. */
  readonly crc: number;
}

/** A part of a variable that was split over several devices. */
export interface StoredSlice extends StoredTensor {
  /** Where it begins in each dimension of the whole. */
  readonly starts: readonly number[];
}

/** A tensor that was saved, under the name that it was saved by. */
export interface SavedTensor {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/** A tensor of a checkpoint: whole, or in slices that the whole is put together from. */
export interface CheckpointTensor extends SavedTensor {
  readonly parts: { readonly whole: StoredTensor } | { readonly slices: readonly StoredSlice[] };
}

/** What the index of a checkpoint says. */
export interface BundleIndex {
  readonly shards: number;
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
}

const HEADER_KEY = '';
const LITTLE_ENDIAN = 0;
const VERSION = 1;

/** The most dimensions of a TensorFlow tensor (core/framework/tensor_shape.h). */
export const MAX_RANK = 254;

/** The most slices of a variable: devices that one was ever split over, and then some; they are compared in pairs. */
const MAX_SLICES = 10_000;

/** Reads the index of a TensorBundle (core/util/tensor_bundle). Throws `GraphError` with file and byte. */
export function readBundleIndex(file: string, bytes: Uint8Array): BundleIndex {
  const entries = new Map(readTable(file, bytes).map((entry) => [entry.key, entry]));
  const hold = messageBounds(file);
  for (const [key, { value }] of entries)
    hold(value, key === HEADER_KEY ? BundleHeaderProtoSchema : BundleEntryProtoSchema);
  const shards = readHeader(file, entries.get(HEADER_KEY));
  const stored = new Map<string, BundleEntryProto>();
  for (const entry of entries.values())
    if (entry.key !== HEADER_KEY) stored.set(entry.key, decode(file, entry, BundleEntryProtoSchema));
  const tensors = new Map<string, CheckpointTensor>();
  for (const [key, entry] of stored) {
    // A key that begins with 0 is one of a slice, read with the variable that it is part of.
    if (key.startsWith('\0')) continue;
    const name = Buffer.from(key, 'latin1').toString();
    tensors.set(name, readTensor(file, name, entry, stored, shards));
  }
  return { shards, tensors };
}

function readHeader(file: string, entry: TableEntry | undefined): number {
  if (entry === undefined) throw damaged(file, 0, 'it has no header');
  const header = decode(file, entry, BundleHeaderProtoSchema);
  if (header.endianness !== LITTLE_ENDIAN)
    throw notRead(
      file,
      'The checkpoint was written on a machine whose numbers begin with their highest byte.',
      'Load it there with TensorFlow 2 and save it as a SavedModel on a machine of today.',
    );
  const { minConsumer = 0, producer = 0 } = header.version ?? {};
  if (minConsumer > VERSION || producer > VERSION)
    throw notRead(
      file,
      `The checkpoint is of version ${Math.max(minConsumer, producer)} of its format, and Slipway reads ${VERSION}.`,
      'Save it with TensorFlow 2.21 or older.',
    );
  if (header.numShards < 1) throw damaged(file, entry.offset, 'it says that it has no shards');
  return header.numShards;
}

function readTensor(
  file: string,
  name: string,
  entry: BundleEntryProto,
  all: ReadonlyMap<string, BundleEntryProto>,
  shards: number,
): CheckpointTensor {
  const field = `tensor ${quoted(name)}`;
  const dtype = dataType(entry.dtype);
  if (dtype === undefined)
    throw notRead(
      file,
      `The ${field} has a data type (${entry.dtype}) that is not known.`,
      'Leave it out, or cast it.',
    );
  const shape = readShape(file, field, entry);
  if (entry.slices.length === 0)
    return { name, dtype, shape, parts: { whole: readStored(file, field, entry, dtype, shards) } };
  if (entry.slices.length > MAX_SLICES)
    throw brokenModel(file, `The ${field} is in ${entry.slices.length} slices, more than ${MAX_SLICES}.`);
  const slices = entry.slices.map((slice): StoredSlice => {
    const extents = slice.extent.map(
      ({ start, hasLength }): Extent => ({
        start: Number(start),
        length: hasLength.case === 'length' ? Number(hasLength.value) : null,
      }),
    );
    const part = all.get(sliceKey(name, extents));
    if (part === undefined) throw brokenModel(file, `A slice of the ${field} is missing.`);
    const stored = readStored(file, field, part, dtype, shards);
    checkSlice(file, field, shape, extents, stored.shape);
    return { ...stored, starts: extents.map(({ start }) => start) };
  });
  checkCover(file, field, shape, slices);
  return { name, dtype, shape, parts: { slices } };
}

function readStored(
  file: string,
  field: string,
  entry: BundleEntryProto,
  dtype: DataType,
  shards: number,
): StoredTensor {
  if (dataType(entry.dtype) !== dtype) throw brokenModel(file, `A slice of the ${field} has another type.`);
  const shape = readShape(file, field, entry);
  const [offset, size] = [Number(entry.offset), Number(entry.size)];
  if (offset < 0 || size < 0 || !Number.isSafeInteger(offset + size))
    throw brokenModel(file, `The ${field} has no place in its file.`);
  if (entry.shardId < 0 || entry.shardId >= shards)
    throw brokenModel(file, `The ${field} is in shard ${entry.shardId} of ${shards}.`);
  const elements = elementCount(shape);
  const expected = dtype.size === null ? null : elements * dtype.size;
  if (expected !== null && expected !== size)
    throw brokenModel(file, `The ${field} has ${elements} elements of ${dtype.name}, but ${size} bytes.`);
  // A string takes a byte at least, for its length.
  if (dtype.name === 'string' && elements > size)
    throw brokenModel(file, `The ${field} has ${elements} strings in ${size} bytes.`);
  return { shape, shard: entry.shardId, offset, size, crc: entry.crc32c };
}

function readShape(file: string, field: string, entry: BundleEntryProto): readonly number[] {
  const shape = (entry.shape?.dim ?? []).map(({ size }) => Number(size));
  const known = entry.shape?.unknownRank !== true && shape.every((size) => size >= 0);
  if (!known || shape.length > MAX_RANK || !Number.isSafeInteger(elementCount(shape)))
    throw brokenModel(file, `The ${field} has no shape that a tensor can have.`);
  return shape;
}

/** Elements of a tensor of this shape, inexact beyond 2^53. */
export function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
}

function checkSlice(
  file: string,
  field: string,
  shape: readonly number[],
  extents: readonly Extent[],
  stored: readonly number[],
): void {
  const fits =
    extents.length === shape.length &&
    stored.length === shape.length &&
    extents.every(({ start, length }, axis) => {
      const size = length ?? shape[axis];
      return start >= 0 && size === stored[axis] && start + (size as number) <= (shape[axis] as number);
    });
  if (!fits) throw brokenModel(file, `A slice of the ${field} does not lie in it.`);
}

/** Slices that lie in the whole, do not overlap and have as many elements as it are all of it. */
function checkCover(
  file: string,
  field: string,
  shape: readonly number[],
  slices: readonly StoredSlice[],
): void {
  const elements = slices.reduce((sum, slice) => sum + elementCount(slice.shape), 0);
  if (elements !== elementCount(shape) || anyOverlap(slices))
    throw brokenModel(file, `The slices of the ${field} are not its whole.`);
}

/** Sorted along the first axis, so that only slices that share rows of it are compared. */
function anyOverlap(slices: readonly StoredSlice[]): boolean {
  const full = slices.filter(({ shape }) => !shape.includes(0));
  const sorted = full.toSorted((a, b) => (a.starts[0] ?? 0) - (b.starts[0] ?? 0));
  return sorted.some((slice, index) => {
    const end = (slice.starts[0] ?? 0) + (slice.shape[0] ?? 1);
    for (let other = index + 1; other < sorted.length; other += 1) {
      const next = sorted[other] as StoredSlice;
      if ((next.starts[0] ?? 0) >= end) return false;
      if (overlap(slice, next)) return true;
    }
    return false;
  });
}

function overlap(a: StoredSlice, b: StoredSlice): boolean {
  return a.starts.every((start, axis) => {
    const other = b.starts[axis] as number;
    return start < other + (b.shape[axis] as number) && other < start + (a.shape[axis] as number);
  });
}

function decode<Desc extends DescMessage>(file: string, entry: TableEntry, schema: Desc): MessageShape<Desc> {
  try {
    return fromBinary(schema, entry.value, { readUnknownFields: false });
  } catch (error) {
    throw damaged(file, entry.offset, `an entry of the index cannot be read. ${String(error)}`, error);
  }
}
