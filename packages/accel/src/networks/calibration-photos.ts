import { basename, resolve } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import type { CatalogueEntry } from '@slipway/graph/catalogue';
import { IMAGES_TENSOR } from '../pipeline/pipeline.ts';
import { completePreprocessing } from '../pipeline/signature-file.ts';
import type { Samples } from '../quantize/samples.ts';
import { findImages } from '../samples/find-images.ts';
import { prepareImages } from '../samples/prepare-images.ts';

/** The photos of a folder as pixels of a network. Throws `invalid_argument` for a folder without any. */
export async function calibrationPhotos(folder: string, entry: CatalogueEntry): Promise<Samples> {
  const { images } = await findImages(folder);
  if (images.length === 0) {
    throw new SlipwayError('invalid_argument', `calibration: "${folder}" has no images.`, {
      details: { field: 'calibration' },
    });
  }
  const image = completePreprocessing(entry.preprocessing, IMAGES_TENSOR);
  return {
    description: `${images.length} images of ${basename(resolve(folder))}`,
    count: images.length,
    async *read(indices, signal) {
      const files = indices.flatMap((index) => images[index] ?? []);
      for await (const { file, tensor } of prepareImages(files, image, { signal }))
        yield { name: file.name, feeds: { [image.input]: tensor } };
    },
  };
}
