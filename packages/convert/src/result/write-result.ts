import { copyFile, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type ConvertedFile, SIGNATURE_FILE } from '@slipway/contract';
import type { ConversionFacts } from '@slipway/contract/api';
import type { FilesBeside } from '../native/convert-natively.ts';

/** Names of the files of a converted model. */
export const MODEL_FILE = 'model.onnx';
const FACTS_FILE = 'conversion.json';

/** Writes what the model itself cannot say: the preprocessing of its images, its labels, and how it was made. */
export async function writeFactFiles(
  folder: string,
  facts: ConversionFacts,
  { signature, files }: FilesBeside,
): Promise<void> {
  await writeFile(join(folder, FACTS_FILE), `${JSON.stringify(facts, null, 2)}\n`);
  for (const file of files) await copyFile(file, join(folder, basename(file)));
  if (signature === undefined) return;
  await writeFile(join(folder, SIGNATURE_FILE), `${JSON.stringify(signature, null, 2)}\n`);
}

/** The files of a folder with their sizes, sorted by name. */
export async function filesIn(folder: string): Promise<readonly ConvertedFile[]> {
  const names = (await readdir(folder)).toSorted();
  return await Promise.all(
    names.map(async (path) => ({ path, size: (await stat(join(folder, path))).size })),
  );
}
