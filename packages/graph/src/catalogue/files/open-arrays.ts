import { GraphError } from '../../graph-error.ts';
import { type ByteSource, openFile } from '../../keras/byte-source.ts';
import { readDirectory } from '../../keras/zip/archive.ts';
import { readNpy, readNpz } from './read-npz.ts';
import type { StoredTensor } from './stored-weights.ts';

/** Arrays that numpy wrote. */
export interface StoredArrays extends AsyncDisposable {
  /** By name; the one of a `.npy` has none, and stands under the empty one. */
  readonly arrays: ReadonlyMap<string, StoredTensor>;
}

/** Opens `.npz` or `.npy`, by its name. Throws `GraphError` (`invalid_file`, `unsupported`). */
export async function openArrays(path: string): Promise<StoredArrays> {
  const file = await openFile(path);
  try {
    return { arrays: await arraysIn(file), [Symbol.asyncDispose]: () => file[Symbol.asyncDispose]() };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

async function arraysIn(file: ByteSource): Promise<ReadonlyMap<string, StoredTensor>> {
  if (file.name.endsWith('.npy')) return new Map([['', await readNpy(file)]]);
  if (file.name.endsWith('.npz')) return await readNpz(file, await readDirectory(file));
  throw new GraphError('unsupported', `${file.name} is neither .npy nor .npz.`);
}
