import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const WEIGHTS = join(import.meta.dirname, '../model/mnist-tf.npz');

/** Writes the checkpoint of the flow with the TensorFlow of an environment; the folder `model` that it lies in. */
export async function makeCheckpoint(interpreter: string, workFolder: string): Promise<string> {
  const folder = join(workFolder, 'model');
  await promisify(execFile)(interpreter, [join(import.meta.dirname, 'make_checkpoint.py'), WEIGHTS, folder]);
  return folder;
}
