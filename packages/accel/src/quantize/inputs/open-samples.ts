import { basename, extname, join, resolve } from 'node:path';
import { type ImageInput, SlipwayError } from '@slipway/contract';
import type { OnnxModel } from '@slipway/graph/onnx';
import { findImages } from '../../samples/find-images.ts';
import { type Samples, selectSamples, spreadOver } from '../samples.ts';
import { imageSamples } from './image-samples.ts';
import { inputsOf } from './model-ends.ts';
import { TENSOR_FILES } from './tensor-files.ts';
import { tensorSamples } from './tensor-samples.ts';

export interface OpenSamplesOptions {
  /** What the model's own inputs are made of, where they are images. */
  readonly images: readonly ImageInput[];
  /** Of more files, so many are taken, spread evenly over their names. */
  readonly most: number;
  /** What the samples are for, as errors call it: `calibration`. */
  readonly field: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A folder, and the folders below it, as samples for a model: images, where its signature says how they become what it
 * takes, or else `.npy`, `.npz` and `.json`. Files are read when they are needed. Throws `not_found`, and
 * `invalid_argument` where there are no samples.
 */
export async function openSamples(
  folder: string,
  model: OnnxModel,
  { images: declared, most, field, signal }: OpenSamplesOptions,
): Promise<Samples> {
  const { images, others } = await findImages(folder, { signal });
  const tensors = others
    .filter((name) => TENSOR_FILES.has(extname(name).toLowerCase()))
    .map((name) => ({ name, path: join(folder, name) }));
  // Not the whole path, which belongs to this machine and would stand in the model.
  const title = basename(resolve(folder));
  const [image] = declared;
  const takesImages = image !== undefined && inputsOf(model).length === 1;
  if (takesImages && images.length > 0) {
    return limited(imageSamples(images, image, `images of ${title}`), most);
  }
  if (tensors.length > 0) return limited(tensorSamples(tensors, model, `tensors of ${title}`), most);
  const problem =
    images.length > 0
      ? `the model's signature does not say how the ${images.length} images of ${folder} become its inputs, and there are no .npy, .npz or .json files`
      : `${folder} holds no ${takesImages ? 'images, and no ' : ''}.npy, .npz or .json files`;
  throw new SlipwayError('invalid_argument', `${field}: ${problem}. Give a folder of samples.`, {
    details: { field, path: folder },
  });
}

function limited(samples: Samples, most: number): Samples {
  if (samples.count <= most) return samples;
  const description = `${most} of the ${samples.count} ${samples.description}`;
  return selectSamples(samples, spreadOver(samples.count, most), description);
}
