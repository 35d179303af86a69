import { type ImageInput, SlipwayError, type Tensor } from '@slipway/contract';
import type { ImageFile } from './find-images.ts';
import { mapInOrder } from './map-in-order.ts';
import { DECODED_AT_ONCE, imageDecoder, readImage } from './read-image.ts';

/** An image as a model takes it: a tensor of one. */
export interface PreparedImage {
  readonly file: ImageFile;
  readonly tensor: Tensor;
}

export interface PrepareOptions {
  readonly signal?: AbortSignal | undefined;
  /** Where given, an image that cannot be read or decoded is told and passed over; else it ends the loop. */
  readonly onUnreadable?: ((file: ImageFile, error: SlipwayError) => void) | undefined;
}

/**
 * Reads and decodes images in their order, a few ahead of whoever takes them: as many tensors are in memory as images
 * are decoded at once. Throws `invalid_argument`, which names the file, and the signal's own reason.
 */
export async function* prepareImages(
  files: Iterable<ImageFile>,
  image: ImageInput,
  { signal, onUnreadable }: PrepareOptions = {},
): AsyncGenerator<PreparedImage, void, undefined> {
  const decode = imageDecoder(image);
  const prepare = async (file: ImageFile, ending: AbortSignal) => {
    try {
      return { file, tensor: await decode(file, await readImage(file, ending), ending) };
    } catch (thrown) {
      if (onUnreadable === undefined || !isUnreadable(thrown)) throw thrown;
      return { file, error: thrown };
    }
  };
  for await (const made of mapInOrder(files, prepare, { concurrency: DECODED_AT_ONCE, signal })) {
    if ('error' in made) onUnreadable?.(made.file, made.error);
    else yield made;
  }
}

/** True for what an image is to be blamed for, and not the machine or whoever gave up. */
export function isUnreadable(thrown: unknown): thrown is SlipwayError {
  return thrown instanceof SlipwayError && thrown.code === 'invalid_argument';
}
