import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageInput } from '@slipway/contract';
import { parseModelSignature } from '@slipway/contract/api';
import { writeModel } from '@slipway/graph/onnx';
import { importTensorFlow, loadTensorFlow, type TensorRequest } from '@slipway/graph/tensorflow';
import { type TestScope, temporaryFolder } from '@slipway/testkit';
import { modelPath } from './answers.ts';

/** A model that was converted, with what stands beside it. */
export interface Converted {
  readonly onnx: Uint8Array;
  /** The file `signature.json`. */
  readonly signature: object;
  readonly image: ImageInput;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Converts a model that takes encoded images in one input. */
export async function convert(scope: TestScope, name: string, request: TensorRequest): Promise<Converted> {
  await using model = await loadTensorFlow(modelPath(name));
  const { model: onnx, images } = await importTensorFlow(model, request);
  const path = join(await temporaryFolder(scope), 'model.onnx');
  await writeModel(onnx, path);
  const inputs = Object.fromEntries(images.map(({ input, ...image }) => [input, { image }]));
  const signature: object = JSON.parse(JSON.stringify({ kind: 'ModelSignature', inputs }));
  const [image, ...others] = parseModelSignature(signature, 'signature.json').images;
  if (image === undefined || others.length > 0)
    throw new Error(`${name} has ${images.length} inputs of images.`);
  const metadata = Object.fromEntries(onnx.metadata.map(({ key, value }) => [key, value]));
  return { onnx: await readFile(path), signature, image, metadata };
}
