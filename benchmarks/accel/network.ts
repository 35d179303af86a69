import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageInput, SIGNATURE_FILE } from '@slipway/contract';
import { parseModelSignature } from '@slipway/contract/api';
import { buildNetwork, CATALOGUE, randomWeights, withClassifier } from '@slipway/graph/catalogue';
import { type OnnxModel, writeModel } from '@slipway/graph/onnx';
import { type TestScope, temporaryFolder } from '@slipway/testkit';

const SEED = 7;

/** A network as it is served: a model file, and what makes its pixels of a photo. */
export interface ServedNetwork {
  readonly model: Uint8Array;
  readonly image: ImageInput;
  /** The `signature.json` beside the model. */
  readonly signature: object;
}

/** ResNet-50 of the catalogue at full size, with weights that nobody trained: a run takes as long as with any. */
export function resnet50(): OnnxModel {
  const { network } = CATALOGUE.resnet50;
  return withClassifier(buildNetwork(network, randomWeights(network, SEED)));
}

/** A form of it as the file that is served. */
export async function servedNetwork(scope: TestScope, model: OnnxModel): Promise<ServedNetwork> {
  const file = join(await temporaryFolder(scope), 'model.onnx');
  await writeModel(model, file);
  const { input, ...declared } = CATALOGUE.resnet50.preprocessing;
  const signature = { kind: 'ModelSignature', inputs: { [input]: { image: declared } } };
  const [image] = parseModelSignature(signature, SIGNATURE_FILE).images;
  if (image === undefined) throw new Error('The signature declares no image.');
  return { model: await readFile(file), image, signature };
}
