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
  const write = async (name: string, bytes: Uint8Array) => {
    const path = join(folder, `${name}.onnx`);
    await writeFile(path, bytes);
    return path;
  };
  return {
    digits: await write('digits', digitMlp()),
    loop: await write('loop', loopModel()),
    hog: await write('hog', memoryHogModel()),
  };
}

/** A blank picture, for when any answer will do. */
export const BLANK_DIGIT = JSON.stringify({ data: [new Array(784).fill(0)] });

/** A model that adds, of which no two numbers give the same bytes. Its path. */
export async function writeVariant(folder: string, number: number): Promise<string> {
  const path = join(folder, `variant-${number}.onnx`);
  await writeFile(path, Buffer.concat([addModel(), metadata('variant', String(number))]));
  return path;
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
