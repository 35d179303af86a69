import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { type ImageInput, SlipwayError, systemCode, type Tensor } from '@slipway/contract';
import { createImagePreprocessor } from '@slipway/runtime/images';
import type { ImageFile } from './find-images.ts';

/** The bounds of a replica: an image that is learned from is one that can be scored. */
const LIMITS = Object.freeze({
  maxImageBytes: 50_000_000,
  maxPixels: 25_000_000,
  maxTensorBytes: 268_435_456,
  // Threads that Node keeps for such work.
  concurrency: Math.min(4, availableParallelism()),
  maxRequests: Number.MAX_SAFE_INTEGER,
  // A camera's largest picture takes a second; the rest is for a machine that does much else.
  timeoutMs: 600_000,
});

/** Images that are decoded at once: what is read ahead beyond that would only wait. */
export const DECODED_AT_ONCE = LIMITS.concurrency;

/** The bytes of an image. Throws `invalid_argument`, which names the file, for one that is too large or cannot be read. */
export async function readImage({ path }: ImageFile, signal?: AbortSignal): Promise<Uint8Array> {
  signal?.throwIfAborted();
  try {
    const { size } = await stat(path);
    if (size > LIMITS.maxImageBytes) {
      throw unreadable(
        path,
        `it has ${size} bytes, more than the ${LIMITS.maxImageBytes} of the limit. Make it smaller.`,
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
  const preprocess = createImagePreprocessor(LIMITS);
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
