import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { SlipwayError } from '@slipway/contract';

/** Files that hold a model by themselves, or that the reader refuses with the way round. */
const MODEL_FILE = /\.(?:pb|pbtxt|h5|hdf5|keras|tflite)$/;

/** Models that a message names. */
const NAMED = 10;

/**
 * The model among the files of a folder: of TensorFlow, the folder of a SavedModel or of a checkpoint, or a file; where there
 * is none of it, an ONNX file. Throws `invalid_argument` where there is none, or more than one.
 */
export async function findModel(folder: string, path?: string): Promise<string> {
  if (path !== undefined) return join(folder, path);
  const tensorflow = await modelsIn(folder);
  const found = tensorflow.length > 0 ? tensorflow : await onnxIn(folder);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = found.map((one) => `"${relative(folder, one) || '.'}"`).toSorted();
  throw new SlipwayError('invalid_argument', found.length === 0 ? NOTHING_FOUND : severalFound(names), {
    details: { field: 'path', paths: names.slice(0, NAMED) },
  });
}

async function modelsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  if (names.some((name) => name.startsWith('saved_model.'))) return [folder];
  const inside = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => modelsIn(join(folder, name)));
  const deeper = (await Promise.all(inside)).flat();
  const isCheckpoint = names.includes('checkpoint') || names.some((name) => name.endsWith('.index'));
  if (isCheckpoint) return [folder, ...deeper];
  return [...names.filter((name) => MODEL_FILE.test(name)).map((name) => join(folder, name)), ...deeper];
}

async function onnxIn(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder, { recursive: true });
  return files.filter((name) => name.endsWith('.onnx')).map((name) => join(folder, name));
}

const NOTHING_FOUND =
  'The model has no files of TensorFlow: neither saved_model.pb, nor a checkpoint (.index), nor a frozen graph (.pb); and none of ONNX. Register the folder that TensorFlow wrote, with all its files.';

function severalFound(names: readonly string[]): string {
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : '';
  return `The model holds ${names.length} models: name one with path (--path): ${names.slice(0, NAMED).join(', ')}${more}.`;
}
