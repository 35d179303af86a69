import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageInput, MAX_SIGNATURE_BYTES, SIGNATURE_FILE, SlipwayError } from '@slipway/contract';
import { type ModelSignatureFile, parseModelSignatureText } from '@slipway/contract/api';
import type { FilesBeside } from '../native/convert-natively.ts';

/** What stands beside an ONNX model, and says of it what its own file cannot. */
export interface BesideOnnx {
  readonly images: readonly ImageInput[];
  /** What of it still holds of the model with other ends. */
  keep(inputs: readonly string[], outputs: readonly string[]): FilesBeside;
}

/** Reads the declarations of a folder. Throws `invalid_model` with what is wrong with them. */
export function readFilesBeside(folder: string): BesideOnnx {
  const path = join(folder, SIGNATURE_FILE);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { images: [], keep: () => ({ signature: undefined, files: [] }) };
  if (stat.size > MAX_SIGNATURE_BYTES) {
    throw new SlipwayError(
      'invalid_model',
      `${SIGNATURE_FILE} has ${stat.size} bytes, more than the ${MAX_SIGNATURE_BYTES} that it may have.`,
    );
  }
  const text = readFileSync(path, 'utf8');
  const { images } = parseModelSignatureText(text, SIGNATURE_FILE);
  const file = JSON.parse(text) as ModelSignatureFile;
  return { images, keep: (inputs, outputs) => kept(folder, file, inputs, outputs) };
}

function kept(
  folder: string,
  { kind, inputs = {}, outputs = {}, detections }: ModelSignatureFile,
  takenNow: readonly string[],
  givenNow: readonly string[],
): FilesBeside {
  const taken = Object.entries(inputs).filter(([name]) => takenNow.includes(name));
  const given = Object.entries(outputs).filter(([name]) => givenNow.includes(name));
  if (taken.length + given.length === 0 && detections === undefined)
    return { signature: undefined, files: [] };
  const signature: ModelSignatureFile = {
    kind,
    ...(taken.length > 0 && { inputs: Object.fromEntries(taken) }),
    ...(given.length > 0 && { outputs: Object.fromEntries(given) }),
    ...(detections !== undefined && { detections }),
  };
  const named = [...given.map(([, output]) => output.labelsFile), detections?.labelsFile];
  const files = new Set(named.flatMap((name) => (name === undefined ? [] : [join(folder, name)])));
  return { signature, files: [...files] };
}
