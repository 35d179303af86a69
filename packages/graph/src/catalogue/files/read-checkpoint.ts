import { openCheckpoint } from '../../tensorflow/bundle/checkpoint.ts';
import type { StoredTensor, StoredWeights } from './stored-weights.ts';

/** The variables of a checkpoint; `prefix` is what `.index` follows. Throws `GraphError`. */
export async function readCheckpointWeights(prefix: string): Promise<StoredWeights> {
  const checkpoint = await openCheckpoint(prefix);
  const tensors = [...checkpoint.tensors].map(([name, { dtype, shape }]): [string, StoredTensor] => [
    name,
    {
      dtype: dtype.name,
      shape,
      load: async (signal) => {
        const values = await checkpoint.locate(name, undefined, signal);
        // Strings alone are lists, and no network takes those.
        return values instanceof Uint8Array || 'file' in values ? values : new Uint8Array();
      },
    },
  ]);
  return {
    file: prefix,
    tensors: new Map(tensors),
    [Symbol.asyncDispose]: () => checkpoint[Symbol.asyncDispose](),
  };
}
