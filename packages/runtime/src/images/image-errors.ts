import { type ImageInput, SlipwayError } from '@slipway/contract';
import type { Size } from './geometry.ts';
import { describeBeginning, type ImageFormat } from './image-format.ts';

/** The image at `index` of what came for an input: its errors name it as `images[2]`. */
export interface ImagePlace {
  readonly image: ImageInput;
  readonly index: number;
}

export function tooManyImages(image: ImageInput, count: number, most: number): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `Input "${image.name}" has ${count} images, and at most ${most} of ${image.width} x ${image.height} are taken in one request. Send them in several.`,
    { details: { input: image.name, images: count, maxImages: most } },
  );
}

export function noImage(place: ImagePlace, bytes: Uint8Array): SlipwayError {
  return refused(place, `is not a JPEG, PNG, WebP or GIF image: ${describeBeginning(bytes)}.`);
}

export function tooManyBytes(place: ImagePlace, bytes: number, most: number): SlipwayError {
  return refused(place, `has ${bytes} bytes, more than the ${most} of the limit. Send it smaller.`);
}

export function tooManyPixels(place: ImagePlace, { width, height }: Size, most: number): SlipwayError {
  return refused(
    place,
    `has ${width} x ${height} pixels, more than the ${most} of the limit; it was not decoded. Send it smaller.`,
  );
}

export function tooElongated(place: ImagePlace, { width, height }: Size): SlipwayError {
  return refused(
    place,
    `has ${width} x ${height} pixels, which is too elongated to be scaled to a shorter side of ${place.image.shorterSide}. Crop it first.`,
  );
}

/** Single precision has made the scaled image smaller than what is cut out of it. */
export function tooSmallWindow(place: ImagePlace, { width, height }: Size, scaled: Size): SlipwayError {
  return refused(
    place,
    `has ${width} x ${height} pixels, which the model scales in single precision to ${scaled.width} x ${scaled.height}, fewer than the ${place.image.width} x ${place.image.height} that it cuts out. Send it one pixel wider or higher.`,
  );
}

export function animated(place: ImagePlace, frames: number): SlipwayError {
  return refused(place, `is an animation of ${frames} frames. Send one of them as a still image.`);
}

/** `thrown` is what the decoder says. */
export function undecodable(place: ImagePlace, format: ImageFormat, thrown: unknown): SlipwayError {
  const reason = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown);
  return refused(
    place,
    `is a ${format} image that is damaged or cut short (${reason}). Encode it again and send it whole.`,
    thrown,
  );
}

export function imagesTimedOut(image: ImageInput, limitMs: number): SlipwayError {
  return new SlipwayError(
    'deadline_exceeded',
    `The images of input "${image.name}" were not decoded within ${limitMs} ms.`,
    { details: { input: image.name, scoringTimeoutMs: limitMs, notRun: true } },
  );
}

function refused({ image, index }: ImagePlace, problem: string, cause?: unknown): SlipwayError {
  return new SlipwayError('invalid_argument', `${image.name}[${index}] ${problem}`, {
    details: { input: image.name, index },
    cause,
  });
}
