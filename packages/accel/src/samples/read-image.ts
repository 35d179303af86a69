import { readFile, stat } from 'node:fs/promises';
import { type ImageInput, SlipwayError, systemCode, type Tensor } from '@slipway/contract';
import { createImagePreprocessor, FILE_IMAGE_LIMITS } from '@slipway/runtime/images';
import type { ImageFile } from './find-images.ts';

/** Images that are decoded at once: what is read ahead beyond that would only wait. */
export const DECODED_AT_ONCE = FILE_IMAGE_LIMITS.concurrency;

/** The bytes of an image. Throws `invalid_argument`, which names the file, for one that is too large or cannot be read. */
export async function readImage({ path }: ImageFile, signal?: AbortSignal): Promise<Uint8Array> {
  signal?.throwIfAborted();
  try {
    const { size } = await stat(path);
    if (size > FILE_IMAGE_LIMITS.maxImageBytes) {
      throw unreadable(
        path,
        `it has ${size} bytes, more than the ${FILE_IMAGE_LIMITS.maxImageBytes} of the limit. Make it smaller.`,
      );
    }
    return await readFile(path, { signal });
  } catch (thrown) {
    if (thrown instanceof SlipwayError) throw thrown;
    signal?.throwIfAborted();
    throw unreadable(path, `it cannot be read (${systemCode(thrown) ?? String(thrown)}).`, thrown);
  }
}

/** The tensor that a model takes of one image, by the code that serves. */
export type DecodeImage = (file: ImageFile, bytes: Uint8Array, signal?: AbortSignal) => Promise<Tensor>;

/** Decodes as `image` says. What it makes rejects with `invalid_argument`, which names the file, for what is no image, damaged or too large. */
export function imageDecoder(image: ImageInput): DecodeImage {
  const preprocess = createImagePreprocessor(FILE_IMAGE_LIMITS);
  return async ({ path }, bytes, signal) => {
    signal?.throwIfAborted();
    try {
      return await preprocess(image, [bytes], signal);
    } catch (thrown) {
      signal?.throwIfAborted();
      if (!(thrown instanceof SlipwayError)) throw thrown;
      throw new SlipwayError(
        thrown.code,
        `${path}: ${thrown.message.replace(`${image.name}[0] `, 'the image ')}`,
        { details: { ...thrown.details, path }, cause: thrown },
      );
    }
  };
}

function unreadable(path: string, problem: string, cause?: unknown): SlipwayError {
  return new SlipwayError('invalid_argument', `${path}: ${problem}`, { details: { path }, cause });
}
