import { posix } from 'node:path';
import { text } from 'node:stream/consumers';
import { MAX_SIGNATURE_BYTES, SIGNATURE_FILE, SlipwayError } from '@slipway/contract';
import { type ModelFile, parseModelSignatureText } from '@slipway/contract/api';
import type { Blobs } from '@slipway/oci';

/**
 * Throws `invalid_model` with every problem of a signature file that stands beside a model: who registers it learns
 * that now, and not when it is deployed. Whether it fits the model's inputs is seen when the model is loaded.
 */
export async function checkSignatureFiles(
  blobs: Pick<Blobs, 'read'>,
  files: readonly ModelFile[],
): Promise<void> {
  for (const { path, digest, size } of files) {
    if (!standsBesideModel(path, files)) continue;
    if (size > MAX_SIGNATURE_BYTES) {
      throw new SlipwayError(
        'invalid_model',
        `${path} has ${size} bytes, more than the ${MAX_SIGNATURE_BYTES} that a signature may have.`,
        { details: { file: path } },
      );
    }
    parseModelSignatureText(await text(await blobs.read(digest)), path);
  }
}

function standsBesideModel(path: string, files: readonly ModelFile[]): boolean {
  if (posix.basename(path) !== SIGNATURE_FILE) return false;
  const folder = posix.dirname(path);
  return files.some(
    (file) => file.path.toLowerCase().endsWith('.onnx') && posix.dirname(file.path) === folder,
  );
}
