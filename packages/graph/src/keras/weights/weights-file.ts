import type { Box } from '../../tensorflow/bundle/box.ts';
import type { Checkpoint } from '../../tensorflow/bundle/checkpoint.ts';
import { allDataTypes, type DataType } from '../../tensorflow/data-types.ts';
import { brokenModel, notThere, quoted } from '../../tensorflow/refusals.ts';
import type { ByteSource } from '../byte-source.ts';
import { broken, type StoredWeight, type Weights } from './assign-weights.ts';

/** Fewer bytes than these are not worth a range of a file. */
const FEW_BYTES = 4_096;

/**
 * The weights of a model as a checkpoint, by their paths in the HDF5 file. They stay in the file; `close` closes it.
 * Throws `GraphError` where weights share bytes: a small file must not become a large model.
 */
export function weightsFile(
  source: ByteSource,
  weights: Weights,
  close: () => PromiseLike<void>,
): Checkpoint {
  const stored = new Map<string, StoredWeight>();
  for (const of of weights.values()) for (const weight of of.values()) stored.set(weight.path, weight);
  const bytes = [...stored.values()].reduce((sum, { dataset }) => sum + dataset.size, 0);
  if (bytes > source.size)
    throw broken(source.name, `Its weights take ${bytes} bytes, and the file has ${source.size}.`);
  const weightAt = (name: string): StoredWeight => {
    const weight = stored.get(name);
    if (weight !== undefined) return weight;
    throw notThere(`${source.name} has no weight ${quoted(name)}.`);
  };
  const read = ({ dataset }: StoredWeight): Promise<Uint8Array> => source.read(dataset.offset, dataset.size);
  return {
    prefix: source.name,
    tensors: new Map(
      [...stored].map(([name, { dataset }]) => [
        name,
        { name, dtype: typeOf(dataset.dtype), shape: dataset.shape },
      ]),
    ),
    read: async (name, signal) => {
      signal?.throwIfAborted();
      return read(weightAt(name));
    },
    locate: async (name, part, signal) => {
      signal?.throwIfAborted();
      const weight = weightAt(name);
      const { offset, size, shape } = weight.dataset;
      if (part !== undefined) requireWhole(source.name, name, part, shape);
      const range = size <= FEW_BYTES ? undefined : source.rangeOf(offset, size);
      return range ?? read(weight);
    },
    [Symbol.asyncDispose]: close,
  };
}

function requireWhole(file: string, name: string, part: Box, shape: readonly number[]): void {
  const whole = part.shape.length === shape.length && part.shape.every((size, axis) => size === shape[axis]);
  if (!whole) throw brokenModel(file, `A part is to be read of the weight ${quoted(name)}.`);
}

function typeOf(dtype: string): DataType {
  return allDataTypes().find(({ name }) => name === dtype) as DataType;
}
