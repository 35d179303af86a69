import type { FileRange } from '../../onnx/bytes.ts';
import { type Block, type Box, copyOverlap, overlapOf, placeOf } from './box.ts';
import { type CheckpointTensor, elementCount, type StoredSlice, type StoredTensor } from './bundle-index.ts';
import { crc32c } from './crc32c.ts';
import { PIECE_BYTES, type Shards } from './shards.ts';
import { readStrings } from './strings.ts';

/** Less than this is read at once: a range costs opening its file again, and mappers look into small constants. */
const RANGE_BYTES = 64 * 1024;

/** The elements of a tensor in row-major order: bytes as TensorFlow writes them (the lowest first), or strings. */
export type TensorValues = Uint8Array | readonly Uint8Array[];

/** All strings of a tensor, which is whole. */
export async function readStringTensor(
  stored: StoredTensor,
  shards: Shards,
  signal: AbortSignal | undefined,
): Promise<readonly Uint8Array[]> {
  const bytes = new Uint8Array(stored.size);
  await shards.read(stored, 0, bytes, signal);
  return readStrings(shards.sourceOf(stored).path, stored, bytes);
}

/**
 * Where the elements of a part of a tensor lie side by side in a file, their checksum compared; `undefined` where they
 * do not, or are few.
 */
export async function rangeOf(
  tensor: CheckpointTensor,
  part: Box,
  shards: Shards,
  signal: AbortSignal | undefined,
): Promise<FileRange | undefined> {
  const size = tensor.dtype.size as number;
  const length = elementCount(part.shape) * size;
  if (length < RANGE_BYTES) return undefined;
  const [slice, more] = slicesIn(tensor, part);
  const place = slice && more === undefined ? placeOf(part, slice) : undefined;
  if (slice === undefined || place === undefined) return undefined;
  await shards.verify(slice.stored, signal);
  return { file: shards.sourceOf(slice.stored), offset: slice.stored.offset + place * size, length };
}

/** The elements of a part of a tensor. Of each slice that it was saved in, only the rows that it needs are kept. */
export async function readPart(
  tensor: CheckpointTensor,
  part: Box,
  shards: Shards,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const size = tensor.dtype.size as number;
  const into = { ...part, bytes: new Uint8Array(elementCount(part.shape) * size) };
  for (const slice of slicesIn(tensor, part)) {
    const rows = rowsOf(overlapOf(slice, part), slice);
    const all = rows.count === rowsOf(slice, slice).count;
    if (!all) await shards.verify(slice.stored, signal);
    const sum = await readRows(slice, rows, into, size, shards, signal);
    if (all) shards.compare(slice.stored, sum);
  }
  return into.bytes;
}

/** A slice as a box, with where it is stored. */
interface PlacedSlice extends Box {
  readonly stored: StoredTensor;
}

interface Rows {
  readonly first: number;
  readonly count: number;
}

/** What the tensor was saved in, as far as it shares elements with the part. */
function slicesIn({ shape, parts }: CheckpointTensor, part: Box): readonly PlacedSlice[] {
  if ('whole' in parts) return [{ starts: shape.map(() => 0), shape, stored: parts.whole }];
  return parts.slices
    .map((slice: StoredSlice) => ({ starts: slice.starts, shape: slice.shape, stored: slice }))
    .filter((slice) => !overlapOf(slice, part).shape.includes(0));
}

/** Which rows of the slice a part of it lies in; a scalar is one row. */
function rowsOf(part: Box, slice: Box): Rows {
  return { first: (part.starts[0] ?? 0) - (slice.starts[0] ?? 0), count: part.shape[0] ?? 1 };
}

/** Reads rows of a slice, straight to their place where they lie there side by side. Gives their checksum. */
async function readRows(
  { starts, shape, stored }: PlacedSlice,
  { first, count }: Rows,
  into: Block,
  size: number,
  shards: Shards,
  signal: AbortSignal | undefined,
): Promise<number> {
  const rowBytes = elementCount(shape.slice(1)) * size;
  const atOnce = Math.max(1, Math.floor(PIECE_BYTES / Math.max(1, rowBytes)));
  let sum = 0;
  for (let row = first; row < first + count; row += atOnce) {
    const rows = Math.min(atOnce, first + count - row);
    const block = {
      starts: starts.map((start, axis) => (axis === 0 ? start + row : start)),
      shape: shape.map((length, axis) => (axis === 0 ? rows : length)),
    };
    const within = overlapOf(block, into).shape.every((length, axis) => length === block.shape[axis]);
    const place = within ? placeOf(block, into) : undefined;
    const bytes =
      place === undefined
        ? new Uint8Array(rows * rowBytes)
        : into.bytes.subarray(place * size, place * size + rows * rowBytes);
    await shards.read(stored, row * rowBytes, bytes, signal);
    sum = crc32c(bytes, sum);
    if (place === undefined) copyOverlap({ ...block, bytes }, into, size);
  }
  return sum;
}
