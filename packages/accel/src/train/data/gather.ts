import { SlipwayError } from '@slipway/contract';
import type { Dataset } from '../head/dataset.ts';

/** An image with its features. */
export interface LabelledFeatures {
  readonly class: number;
  readonly features: Float32Array;
}

/** Rows of features, with their classes. */
export function gather(images: readonly LabelledFeatures[]): Dataset {
  const columns = images[0]?.features.length ?? 0;
  const values = new Float32Array(images.length * columns);
  for (const [row, { features }] of images.entries()) {
    if (features.length !== columns) {
      throw new SlipwayError('internal', `An image has ${features.length} features, others ${columns}.`);
    }
    values.set(features, row * columns);
  }
  return {
    features: { rows: images.length, columns, values },
    classes: Uint32Array.from(images, (image) => image.class),
  };
}
