import type { ImageInput } from '@slipway/contract';
import type { ImageFile } from '../../samples/find-images.ts';
import { prepareImages } from '../../samples/prepare-images.ts';
import type { Samples } from '../samples.ts';

/** Images as samples, prepared by the code that serves. */
export function imageSamples(
  images: readonly ImageFile[],
  preprocessing: ImageInput,
  description: string,
): Samples {
  return {
    description,
    count: images.length,
    async *read(indices, signal) {
      const files = indices.flatMap((index) => images[index] ?? []);
      for await (const { file, tensor } of prepareImages(files, preprocessing, { signal })) {
        yield { name: file.path, feeds: { [preprocessing.input]: tensor } };
      }
    },
  };
}
