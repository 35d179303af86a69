import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  addModel,
  digitMlp,
  loopModel,
  memoryHogModel,
  type TestScope,
  temporaryFolder,
} from '@slipway/testkit';

/** Models on disk, as a person would have them. */
export interface ModelFiles {
  readonly digits: string;
  readonly loop: string;
  readonly hog: string;
}

/** Writes them into a folder that goes with the test. */
export async function writeModels(scope: TestScope): Promise<ModelFiles> {
  const folder = join(await temporaryFolder(scope), 'models');
  await mkdir(folder);
  return {
    digits: await writeBytes(folder, 'digits.onnx', digitMlp()),
    loop: await writeBytes(folder, 'loop.onnx', loopModel()),
    hog: await writeBytes(folder, 'hog.onnx', memoryHogModel()),
  };
}

/** Writes a file; its path. */
export async function writeBytes(folder: string, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** A blank picture, for when any answer will do. */
export const BLANK_DIGIT = JSON.stringify({ data: [new Array(784).fill(0)] });

/** A model that adds, of which no two numbers give the same bytes. Its path. */
export async function writeVariant(folder: string, number: number): Promise<string> {
  const bytes = Buffer.concat([addModel(), metadata('variant', String(number))]);
  return await writeBytes(folder, `variant-${number}.onnx`, bytes);
}

/** A `metadata_props` entry (field 14 of ModelProto) as it is on the wire. */
function metadata(key: string, value: string): Buffer {
  const text = (field: number, content: string) => [
    (field << 3) | 2,
    content.length,
    ...Buffer.from(content),
  ];
  const entry = [...text(1, key), ...text(2, value)];
  return Buffer.from([(14 << 3) | 2, entry.length, ...entry]);
}
