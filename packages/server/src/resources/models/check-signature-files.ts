import { posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  type DeclaredDetector,
  type DeclaredLabels,
  MAX_SIGNATURE_BYTES,
  SIGNATURE_FILE,
  SlipwayError,
} from '@slipway/contract';
import {
  detectorLabelProblems,
  type ModelFile,
  parseLabels,
  parseModelSignatureText,
} from '@slipway/contract/api';
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
    const { labels, detections } = parseModelSignatureText(text, file.path);
    for (const { output, labels: told } of labels)
      await readLabels(blobs, files, { signature: file.path, field: `outputs.${output}`, told });
    if (detections !== undefined) await checkDetector(blobs, files, file.path, detections);
  }
}

async function checkDetector(
  blobs: Reader,
  files: readonly ModelFile[],
  signature: string,
  { layout, labels: told }: DeclaredDetector,
): Promise<void> {
  if (told === undefined) return;
  const names = await readLabels(blobs, files, { signature, field: 'detections', told });
  const problems = detectorLabelProblems(names.length, layout);
  if (problems.length > 0) throw invalid(signature, `${signature} cannot be used: ${problems.join('; ')}.`);
}

function standsBesideModel(path: string, files: readonly ModelFile[]): boolean {
  if (posix.basename(path) !== SIGNATURE_FILE) return false;
  const folder = posix.dirname(path);
  return files.some(
    (file) => file.path.toLowerCase().endsWith('.onnx') && posix.dirname(file.path) === folder,
  );
}

interface LabelsPlace {
  /** Path of the signature file, and in it of what has the labels. */
  readonly signature: string;
  readonly field: string;
  readonly told: DeclaredLabels;
}

async function readLabels(
  blobs: Reader,
  files: readonly ModelFile[],
  { signature, field, told }: LabelsPlace,
): Promise<readonly string[]> {
  if (!('file' in told)) return told;
  const path = posix.join(posix.dirname(signature), told.file);
  const file = files.find((one) => one.path === path);
  if (file === undefined) {
    throw invalid(
      signature,
      `${signature}: ${field}.labelsFile names ${path}, which is no file of the model.`,
    );
  }
  return parseLabels(await readSmallFile(blobs, file), path);
}

async function readSmallFile(blobs: Reader, { path, digest, size }: ModelFile): Promise<Buffer> {
  if (size <= MAX_SIGNATURE_BYTES) return await buffer(await blobs.read(digest));
  throw invalid(path, `${path} has ${size} bytes, more than the ${MAX_SIGNATURE_BYTES} that it may have.`);
}

function invalid(file: string, message: string): SlipwayError {
  return new SlipwayError('invalid_model', message, { details: { file } });
}
