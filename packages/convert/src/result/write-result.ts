import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConvertedFile, SIGNATURE_FILE } from '@slipway/contract';
import type { ConversionFacts, ModelSignatureFile } from '@slipway/contract/api';
import type { ImagePreprocessing } from '@slipway/graph/tensorflow';

/** Names of the files of a converted model. */
export const MODEL_FILE = 'model.onnx';
const FACTS_FILE = 'conversion.json';

/** Writes what the model itself cannot say: the preprocessing of its images, and how it was made. */
export async function writeFactFiles(
  folder: string,
  facts: ConversionFacts,
  images: readonly ImagePreprocessing[],
): Promise<void> {
  await writeFile(join(folder, FACTS_FILE), `${JSON.stringify(facts, null, 2)}\n`);
  if (images.length === 0) return;
  const signature = signatureOf(images);
  await writeFile(join(folder, SIGNATURE_FILE), `${JSON.stringify(signature, null, 2)}\n`);
}

function signatureOf(images: readonly ImagePreprocessing[]): ModelSignatureFile {
  const inputs = images.map(({ input, mean, std, scale, shorterSide, ...image }) => [
    input,
    {
      image: {
        ...image,
        ...(shorterSide !== undefined && { shorterSide }),
        mean: [...mean] as [number, number, number],
        std: [...std] as [number, number, number],
        scale: [...scale] as [number, number, number],
      },
    },
  ]);
  return { kind: 'ModelSignature', inputs: Object.fromEntries(inputs) };
}

/** The files of a folder with their sizes, sorted by name. */
export async function filesIn(folder: string): Promise<readonly ConvertedFile[]> {
  const names = (await readdir(folder)).toSorted();
  return await Promise.all(
    names.map(async (path) => ({ path, size: (await stat(join(folder, path))).size })),
  );
}
