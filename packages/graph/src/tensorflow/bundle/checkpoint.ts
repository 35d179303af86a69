import type { FileHandle } from 'node:fs/promises';
import { openRegular, readFileWithin } from '../read-file.ts';
import { damaged, notRead, notThere, quoted } from '../refusals.ts';
import {
  type CheckpointTensor,
  elementCount,
  readBundleIndex,
  type StoredSlice,
  type StoredTensor,
} from './bundle-index.ts';
import { crc32c, maskCrc } from './crc32c.ts';
import { placeSlice } from './place-slice.ts';
import { readStrings } from './strings.ts';

/** An index takes some 100 bytes a tensor; its unpacked form is bounded as well. */
const MAX_INDEX_BYTES = 256 * 1024 * 1024;

/** How much is read and checked at a time, so that a read can be given up between. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** The most that one tensor may take: what one ArrayBuffer holds on every platform that Node 24 runs on. */
const MAX_TENSOR_BYTES = 4 * 1024 ** 3;

/** The elements of a tensor in row-major order: bytes as TensorFlow writes them (the lowest first), or strings. */
export type TensorValues = Uint8Array | readonly Uint8Array[];

/** An open checkpoint. Its tensors are read one by one, each from its range of a file. */
export interface Checkpoint extends AsyncDisposable {
  /** The path that `.index` and `.data-…` follow. */
  readonly prefix: string;
  /** What it holds, by the names that TensorFlow saved it under. */
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  /**
   * Reads a tensor and compares its checksum. Throws `GraphError`: `invalid_argument` where it has no such tensor,
   * `unsupported` for a resource or a variant, `invalid_file` where the bytes are not those that were saved.
   */
  read(name: string, signal?: AbortSignal): Promise<TensorValues>;
}

/** Opens `<prefix>.index` and the shards that it uses. Throws `GraphError` where one is missing, cut or broken. */
export async function openCheckpoint(prefix: string): Promise<Checkpoint> {
  const file = `${prefix}.index`;
  const index = readBundleIndex(file, await readFileWithin(file, MAX_INDEX_BYTES));
  const shards = await openShards(prefix, index.shards, [...index.tensors.values()]);
  const read = async (name: string, signal?: AbortSignal): Promise<TensorValues> => {
    const tensor = index.tensors.get(name);
    if (tensor === undefined) throw notThere(`${file} has no tensor ${quoted(name)}.`);
    refuseUnreadable(file, tensor);
    return readTensor(tensor, shards, signal);
  };
  return {
    prefix,
    tensors: index.tensors,
    read,
    [Symbol.asyncDispose]: () => closeAll(shards),
  };
}

interface Shard {
  readonly path: string;
  readonly handle: FileHandle;
}

type Shards = ReadonlyMap<number, Shard>;

/** Opens the shards that tensors stand in, and holds that each is as long as they need. */
async function openShards(
  prefix: string,
  count: number,
  tensors: readonly CheckpointTensor[],
): Promise<Shards> {
  const needed = new Map<number, { end: number; sum: number }>();
  for (const { parts } of tensors)
    for (const { shard, offset, size } of 'whole' in parts ? [parts.whole] : parts.slices) {
      const { end, sum } = needed.get(shard) ?? { end: 0, sum: 0 };
      needed.set(shard, { end: Math.max(end, offset + size), sum: sum + size });
    }
  const shards = new Map<number, Shard>();
  try {
    for (const [number, { end, sum }] of needed) {
      const path = `${prefix}.data-${fiveDigits(number)}-of-${fiveDigits(count)}`;
      const { handle, size } = await openRegular(path);
      shards.set(number, { path, handle });
      if (size < end) throw damaged(path, size, `it ends before its tensors do, which take ${end} bytes`);
      // Bytes that several tensors share would make a small file large; TensorFlow writes each its own.
      if (size < sum) throw damaged(path, 0, `its tensors take ${sum} bytes of ${size}`);
    }
  } catch (error) {
    await closeAll(shards);
    throw error;
  }
  return shards;
}

function fiveDigits(number: number): string {
  return String(number).padStart(5, '0');
}

async function closeAll(shards: Shards): Promise<void> {
  await Promise.all([...shards.values()].map(({ handle }) => handle.close()));
}

function refuseUnreadable(file: string, { name, dtype, parts, shape }: CheckpointTensor): void {
  if (dtype.name === 'resource' || dtype.name === 'variant')
    throw notRead(
      file,
      `The tensor ${quoted(name)} is a ${dtype.name}: a table or a data set, no numbers.`,
      'Choose outputs that do not depend on it.',
    );
  if (dtype.name === 'string' && 'slices' in parts)
    throw notRead(
      file,
      `The tensor ${quoted(name)} holds strings in slices.`,
      'Save it without a partitioner.',
    );
  const bytes = elementCount(shape) * (dtype.size ?? 0);
  if (bytes > MAX_TENSOR_BYTES)
    throw notRead(
      file,
      `The tensor ${quoted(name)} takes ${bytes} bytes, and Slipway reads up to ${MAX_TENSOR_BYTES} of one.`,
      'Split it with a partitioner in the model.',
    );
}

function readTensor(
  tensor: CheckpointTensor,
  shards: Shards,
  signal: AbortSignal | undefined,
): Promise<TensorValues> {
  if ('slices' in tensor.parts) return readSlices(tensor, tensor.parts.slices, shards, signal);
  const { whole } = tensor.parts;
  const shard = shards.get(whole.shard) as Shard;
  return tensor.dtype.name === 'string'
    ? readStringTensor(shard, whole, signal)
    : readBytes(shard, whole, new Uint8Array(whole.size), signal, true);
}

async function readStringTensor(
  shard: Shard,
  whole: StoredTensor,
  signal: AbortSignal | undefined,
): Promise<readonly Uint8Array[]> {
  const bytes = await readBytes(shard, whole, new Uint8Array(whole.size), signal, false);
  return readStrings(shard.path, whole, bytes);
}

/** Slices of whole rows go to their place as they are read; others by way of memory of their own. */
async function readSlices(
  { shape, dtype }: CheckpointTensor,
  slices: readonly StoredSlice[],
  shards: Shards,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const size = dtype.size as number;
  const bytes = new Uint8Array(elementCount(shape) * size);
  for (const slice of slices) {
    const shard = shards.get(slice.shard) as Shard;
    const whole = slice.shape.every((length, axis) => axis === 0 || length === shape[axis]);
    const start = (slice.starts[0] ?? 0) * elementCount(shape.slice(1)) * size;
    const into = whole ? bytes.subarray(start, start + slice.size) : new Uint8Array(slice.size);
    await readBytes(shard, slice, into, signal, true);
    if (!whole) placeSlice({ bytes, shape }, { bytes: into, shape: slice.shape, starts: slice.starts }, size);
  }
  return bytes;
}

async function readBytes(
  { path, handle }: Shard,
  { offset, size, crc }: StoredTensor,
  into: Uint8Array,
  signal: AbortSignal | undefined,
  check: boolean,
): Promise<Uint8Array> {
  let sum = 0;
  for (let at = 0; at < size; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(into, at, Math.min(PIECE_BYTES, size - at), offset + at);
    if (bytesRead === 0) throw damaged(path, offset + at, 'it became shorter while it was read');
    if (check) sum = crc32c(into.subarray(at, at + bytesRead), sum);
    at += bytesRead;
  }
  if (check && maskCrc(sum) !== crc) throw damaged(path, offset, 'the checksum of a tensor is wrong');
  return into;
}
