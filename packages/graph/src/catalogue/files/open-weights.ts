import { existsSync } from 'node:fs';
import { GraphError } from '../../graph-error.ts';
import { type ByteSource, openFile } from '../../keras/byte-source.ts';
import { openEntry, readDirectory } from '../../keras/zip/archive.ts';
import { endsAsTable, TABLE_MAGIC } from '../../tensorflow/bundle/table.ts';
import { readCheckpointWeights } from './read-checkpoint.ts';
import { readHdf5Weights } from './read-hdf5.ts';
import { readNpz } from './read-npz.ts';
import { readOnnxWeights } from './read-onnx.ts';
import { readSafetensors } from './read-safetensors.ts';
import { readV1Checkpoint } from './read-v1-checkpoint.ts';
import type { StoredTensor, StoredWeights } from './stored-weights.ts';

const INDEX = '.index';
const KERAS_WEIGHTS = 'model.weights.h5';
/** What was compressed is unpacked in memory. */
const MAX_UNPACKED_BYTES = 1024 ** 3;

const SIGNATURE_BYTES = 9;
const HDF5 = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
const ZIP = Buffer.from('PK\x03\x04', 'latin1');
const BRACE = 0x7b;

/**
 * Opens weights by what the file is: a checkpoint of TensorFlow (its prefix, its `.index`, or the one file of old ones), `.h5` and `.keras` of
 * Keras, safetensors, `.npz`, or an ONNX model. Throws `GraphError`.
 */
export async function openWeights(path: string): Promise<StoredWeights> {
  if (path.endsWith(INDEX)) return readCheckpointWeights(path.slice(0, -INDEX.length));
  if (existsSync(`${path}${INDEX}`)) return readCheckpointWeights(path);
  if (path.endsWith('.onnx')) return readOnnxWeights(path);
  const file = await openFile(path);
  try {
    const tensors = await tensorsIn(file);
    return { file: path, tensors, [Symbol.asyncDispose]: () => file[Symbol.asyncDispose]() };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

async function tensorsIn(file: ByteSource): Promise<ReadonlyMap<string, StoredTensor>> {
  const start = Buffer.from(await file.read(0, Math.min(SIGNATURE_BYTES, file.size)));
  if (start.subarray(0, HDF5.length).equals(HDF5)) return readHdf5Weights(file);
  if (start.subarray(0, ZIP.length).equals(ZIP)) return tensorsInArchive(file);
  if (start[SIGNATURE_BYTES - 1] === BRACE) return readSafetensors(file);
  const end = await file.read(
    Math.max(0, file.size - TABLE_MAGIC.length),
    Math.min(TABLE_MAGIC.length, file.size),
  );
  if (endsAsTable(end)) return readV1Checkpoint(file);
  throw new GraphError(
    'unsupported',
    `${file.name} is no file of weights that is read: a checkpoint of TensorFlow, .h5 or .keras of Keras, safetensors, .npz, .onnx. Save weights of PyTorch with safetensors.`,
  );
}

async function tensorsInArchive(file: ByteSource): Promise<ReadonlyMap<string, StoredTensor>> {
  const entries = await readDirectory(file);
  const weights = entries.get(KERAS_WEIGHTS);
  if (weights === undefined) return readNpz(file, entries);
  return readHdf5Weights(await openEntry(file, weights, MAX_UNPACKED_BYTES));
}
