import { dirname } from 'node:path';
import type { FileRange } from '../../onnx/bytes.ts';
import { readFileInside } from '../read-file.ts';
import { brokenModel, notRead, notThere, quoted } from '../refusals.ts';
import type { Box } from './box.ts';
import { type CheckpointTensor, elementCount, readBundleIndex, type SavedTensor } from './bundle-index.ts';
import { rangeOf, readPart, readStringTensor, type TensorValues } from './read-tensor.ts';
import { openShards } from './shards.ts';

/** An index takes some 100 bytes a tensor; its unpacked form is bounded as well. */
const MAX_INDEX_BYTES = 256 * 1024 * 1024;

/** The most that one tensor may take in memory: what one ArrayBuffer holds on every platform that Node 24 runs on. */
const MAX_TENSOR_BYTES = 4 * 1024 ** 3;

/** An open checkpoint. Its tensors are read one by one, each from its range of a file. */
export interface Checkpoint extends AsyncDisposable {
  /** The path that `.index` and `.data-…` follow. */
  readonly prefix: string;
  /** What it holds, by the names that TensorFlow saved it under. */
  readonly tensors: ReadonlyMap<string, SavedTensor>;
  /**
   * Reads a tensor into memory and compares its checksum. Throws `GraphError`: `invalid_argument` where it has no such
   * tensor, `unsupported` for a resource or a variant, `invalid_file` where the bytes are not those that were saved.
   */
  read(name: string, signal?: AbortSignal): Promise<TensorValues>;
  /**
   * The elements of a tensor, or of a part of it, without a copy of them: where they lie side by side in a file, the
   * range of it, which is good while the file is as it was, also after the checkpoint is closed. Few elements, or such
   * that lie apart, are read. Checksums are compared, each once. Throws as `read` does, and `invalid_graph` for a
   * part that does not lie in the tensor.
   */
  locate(name: string, part?: Box, signal?: AbortSignal): Promise<TensorValues | FileRange>;
}

/**
 * Opens `<prefix>.index` and the shards that it uses, which lie in `folder`, also behind links. Throws `GraphError`
 * where one is missing, cut or broken.
 */
export async function openCheckpoint(prefix: string, folder = dirname(prefix)): Promise<Checkpoint> {
  const file = `${prefix}.index`;
  const index = readBundleIndex(file, await readFileInside(folder, file, MAX_INDEX_BYTES));
  const shards = await openShards(folder, prefix, index.shards, [...index.tensors.values()]);
  const tensorAt = (name: string): CheckpointTensor => {
    const tensor = index.tensors.get(name);
    if (tensor === undefined) throw notThere(`${file} has no tensor ${quoted(name)}.`);
    refuseUnreadable(file, tensor);
    return tensor;
  };
  const read = async (tensor: CheckpointTensor, part: Box, signal?: AbortSignal): Promise<TensorValues> => {
    if (tensor.dtype.size === null && 'whole' in tensor.parts)
      return readStringTensor(tensor.parts.whole, shards, signal);
    refuseLarge(file, tensor, part);
    return readPart(tensor, part, shards, signal);
  };
  return {
    prefix,
    tensors: index.tensors,
    read: async (name, signal) => {
      const tensor = tensorAt(name);
      return read(tensor, allOf(tensor), signal);
    },
    locate: async (name, given, signal) => {
      const tensor = tensorAt(name);
      const part = given ?? allOf(tensor);
      refuseOutside(file, tensor, part);
      const range = tensor.dtype.size === null ? undefined : await rangeOf(tensor, part, shards, signal);
      return range ?? read(tensor, part, signal);
    },
    [Symbol.asyncDispose]: () => shards[Symbol.asyncDispose](),
  };
}

function allOf({ shape }: CheckpointTensor): Box {
  return { starts: shape.map(() => 0), shape };
}

function refuseUnreadable(file: string, { name, dtype, parts }: CheckpointTensor): void {
  if (dtype.name === 'resource' || dtype.name === 'variant')
    throw notRead(
      file,
      `The tensor ${quoted(name)} is a ${dtype.name}: a table or a data set, no numbers.`,
      'Choose outputs that do not depend on it.',
    );
  if (dtype.size === null && 'slices' in parts)
    throw notRead(
      file,
      `The tensor ${quoted(name)} holds strings in slices.`,
      'Save it without a partitioner.',
    );
}

function refuseOutside(file: string, { name, dtype, shape }: CheckpointTensor, part: Box): void {
  const fits =
    part.starts.length === shape.length &&
    part.shape.length === shape.length &&
    part.starts.every((start, axis) => {
      const length = part.shape[axis] as number;
      const whole = Number.isSafeInteger(start) && Number.isSafeInteger(length);
      return whole && start >= 0 && length >= 0 && start + length <= (shape[axis] as number);
    });
  const all = part.shape.every((length, axis) => length === shape[axis]);
  if (!fits || (dtype.size === null && !all))
    throw brokenModel(
      file,
      `A part (${part.starts.join(', ')}) of sizes (${part.shape.join(', ')}) is to be read of the tensor ${quoted(name)} of ${dtype.name} (${shape.join(', ')}), which does not have it.`,
    );
}

function refuseLarge(file: string, { name, dtype }: CheckpointTensor, part: Box): void {
  const bytes = elementCount(part.shape) * (dtype.size ?? 0);
  if (bytes > MAX_TENSOR_BYTES)
    throw notRead(
      file,
      `The tensor ${quoted(name)} takes ${bytes} bytes in several pieces, and Slipway reads up to ${MAX_TENSOR_BYTES} of one.`,
      'Save it in one piece, without a partitioner.',
    );
}
