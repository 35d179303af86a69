import { posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type LabelledOutput, MAX_SIGNATURE_BYTES, SIGNATURE_FILE, SlipwayError } from '@slipway/contract';
import { type ModelFile, parseLabels, parseModelSignatureText } from '@slipway/contract/api';
import type { Blobs } from '@slipway/oci';

type Reader = Pick<Blobs, 'read'>;

/**
 * Throws `invalid_model` with every problem of a signature file that stands beside a model, or with what is wrong with a
 * file of labels that it names: who registers it learns that now, and not when it is deployed. Whether it fits the
 * model's inputs and outputs is seen when the model is loaded.
 */
export async function checkSignatureFiles(blobs: Reader, files: readonly ModelFile[]): Promise<void> {
  for (const file of files) {
    if (!standsBesideModel(file.path, files)) continue;
    const text = (await readSmallFile(blobs, file)).toString('utf8');
    const { labels } = parseModelSignatureText(text, file.path);
    for (const one of labels) await checkLabels(blobs, files, file.path, one);
  }
}

function standsBesideModel(path: string, files: readonly ModelFile[]): boolean {
  if (posix.basename(path) !== SIGNATURE_FILE) return false;
  const folder = posix.dirname(path);
  return files.some(
    (file) => file.path.toLowerCase().endsWith('.onnx') && posix.dirname(file.path) === folder,
  );
}

async function checkLabels(
  blobs: Reader,
  files: readonly ModelFile[],
  signature: string,
  { output, labels }: LabelledOutput,
): Promise<void> {
  if (!('file' in labels)) return;
  const path = posix.join(posix.dirname(signature), labels.file);
  const file = files.find((one) => one.path === path);
  if (file === undefined) {
    throw invalid(
      signature,
      `${signature}: outputs.${output}.labelsFile names ${path}, which is no file of the model.`,
    );
  }
  parseLabels(await readSmallFile(blobs, file), path);
}

async function readSmallFile(blobs: Reader, { path, digest, size }: ModelFile): Promise<Buffer> {
  if (size <= MAX_SIGNATURE_BYTES) return await buffer(await blobs.read(digest));
  throw invalid(path, `${path} has ${size} bytes, more than the ${MAX_SIGNATURE_BYTES} that it may have.`);
}

function invalid(file: string, message: string): SlipwayError {
  return new SlipwayError('invalid_model', message, { details: { file } });
}
