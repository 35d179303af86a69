import type { ImageInput, Tensor } from '@slipway/contract';
import type { CallerSignal } from '../data-plane/data-plane.ts';
import { callerGone, queueFull } from '../scheduling/refusals.ts';
import { createDecodeSlots } from './decode-slots.ts';
import { batchBytes, createImageBatch, type ImageBatch } from './image-batch.ts';
import { imagesTimedOut, noImage, tooManyBytes, tooManyImages } from './image-errors.ts';
import { type ImageFormat, imageFormat } from './image-format.ts';
import type { ImageLimits } from './image-limits.ts';
import { readRows } from './read-rows.ts';

export { FILE_IMAGE_LIMITS } from './image-limits.ts';

/**
 * The model's own tensor of a caller's encoded images, one element each, in their order. Rejects with
 * `invalid_argument` naming the image (`images[2] is not a JPEG …`) if one is no image, damaged, animated or
 * too large, and if there are too many; `overloaded` if too many requests wait; `deadline_exceeded`;
 * `cancelled` if the signal says so while images wait. The elements must not change until it settles.
 */
export type PreprocessImages = (
  image: ImageInput,
  elements: readonly Uint8Array[],
  signal?: CallerSignal | undefined,
  /** The caller's own patience, in milliseconds; the limit of all requests holds as well. */
  timeoutMs?: number | undefined,
) => Promise<Tensor>;

/** Prepares the images of all requests within these limits; they are decoded on Node's own threads. */
export function createImagePreprocessor(limits: ImageLimits): PreprocessImages {
  const slots = createDecodeSlots(limits.concurrency);
  let requests = 0;

  async function writeImages(
    image: ImageInput,
    encoded: readonly EncodedImage[],
    caller: CallerSignal,
    request: { isOver: boolean },
  ): Promise<Tensor> {
    let batch: ImageBatch | undefined;
    const writeImage = async ({ bytes, format }: EncodedImage, index: number) => {
      if (caller.aborted) throw callerGone();
      const { geometry, sample } = await readRows({ image, index }, bytes, format, limits);
      // Made only now, so that requests that wait for their turn hold no tensor.
      batch ??= createImageBatch(image, encoded.length);
      batch.write(index, geometry, sample);
    };
    const turns = encoded.map((one, index) =>
      slots.run(async () => {
        if (request.isOver) return;
        await writeImage(one, index).catch((thrown) => {
          request.isOver = true;
          throw thrown;
        });
      }),
    );
    const failed = (await Promise.allSettled(turns)).find((turn) => turn.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return (batch ?? createImageBatch(image, 0)).tensor;
  }

  return async (image, elements, caller = NEVER_GONE, timeoutMs = limits.timeoutMs) => {
    const encoded = checkElements(image, elements, limits);
    if (requests >= limits.maxRequests) throw queueFull(limits.maxRequests);
    requests += 1;
    const request = { isOver: false };
    try {
      return await within(
        Math.min(limits.timeoutMs, timeoutMs),
        image,
        writeImages(image, encoded, caller, request),
      );
    } finally {
      request.isOver = true;
      requests -= 1;
    }
  };
}

const NEVER_GONE: CallerSignal = Object.freeze({ aborted: false });

interface EncodedImage {
  readonly bytes: Uint8Array;
  readonly format: ImageFormat;
}

/** Throws all that can be said of the images without a decoder. */
function checkElements(
  image: ImageInput,
  elements: readonly Uint8Array[],
  { maxImageBytes, maxTensorBytes }: ImageLimits,
): readonly EncodedImage[] {
  const most = Math.floor(maxTensorBytes / batchBytes(image, 1));
  if (elements.length > most) throw tooManyImages(image, elements.length, most);
  return elements.map((bytes, index) => {
    if (bytes.length > maxImageBytes) throw tooManyBytes({ image, index }, bytes.length, maxImageBytes);
    const format = imageFormat(bytes);
    if (format === undefined) throw noImage({ image, index }, bytes);
    return { bytes, format };
  });
}

async function within(limitMs: number, image: ImageInput, work: Promise<Tensor>): Promise<Tensor> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(imagesTimedOut(image, limitMs)), limitMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
