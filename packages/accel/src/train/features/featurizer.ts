import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENGINE_VERSION, type ImageInput } from '@slipway/contract';
import { type OnnxModel, writeModel } from '@slipway/graph/onnx';
import { withGraphErrorsLater } from '../../graph-errors.ts';

/** What computes features: a model of one input of pixels, and its output of features. */
export interface Featurizer {
  readonly preprocessing: ImageInput;
  readonly model: OnnxModel;
  readonly output: string;
}

/** A featurizer in a file, for threads to load; disposing removes it. */
export interface FeaturizerFile extends AsyncDisposable {
  readonly path: string;
  readonly bytes: number;
  /** Of all that features follow from, besides the image: model, preprocessing, and version of ONNX Runtime. In hex. */
  readonly digest: string;
}

/** Writes a featurizer into a folder for temporary files. */
export async function writeFeaturizer(featurizer: Featurizer, signal?: AbortSignal): Promise<FeaturizerFile> {
  const { model, preprocessing, output } = featurizer;
  const folder = await mkdtemp(join(tmpdir(), 'slipway-featurizer-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'model.onnx');
    const { modelBytes, dataFile } = await withGraphErrorsLater(() => writeModel(model, path, { signal }));
    const hash = createHash('sha256');
    for (const file of [path, ...(dataFile === undefined ? [] : [dataFile.path])]) {
      for await (const chunk of createReadStream(file, { signal })) hash.update(chunk);
    }
    const { name: _, ...pixels } = preprocessing;
    hash.update(JSON.stringify([sortedKeys(pixels), output, ENGINE_VERSION]));
    return {
      path,
      bytes: modelBytes + (dataFile?.bytes ?? 0),
      digest: hash.digest('hex'),
      [Symbol.asyncDispose]: removeFolder,
    };
  } catch (thrown) {
    await removeFolder();
    throw thrown;
  }
}

function sortedKeys(fields: object): object {
  return Object.fromEntries(Object.entries(fields).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
