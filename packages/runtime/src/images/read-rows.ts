import { SlipwayError } from '@slipway/contract';
import { type Geometry, planGeometry } from './geometry.ts';
import {
  animated,
  type ImagePlace,
  imagesTimedOut,
  tooElongated,
  tooManyPixels,
  tooSmallWindow,
  undecodable,
} from './image-errors.ts';
import type { ImageFormat } from './image-format.ts';
import type { ImageLimits } from './image-limits.ts';
import { decodeScaled, decodeWhole, type ImageHeader, isTimeout, readHeader } from './libvips.ts';
import { bilinearRows, nearestRows, plainRows, type RowSampler } from './sample-rows.ts';
import { bilinearTaps, centredBilinearTaps, centredNearestTaps, nearestTaps } from './taps.ts';

/** An image that is decoded, and the way to its rows. */
export interface DecodedImage {
  readonly geometry: Geometry;
  readonly sample: RowSampler;
}

/** Decodes an image on another thread, unless its header says that it is too large or an animation. */
export async function readRows(
  place: ImagePlace,
  bytes: Uint8Array,
  format: ImageFormat,
  limits: ImageLimits,
): Promise<DecodedImage> {
  try {
    const header = await readHeader(bytes);
    const geometry = planGeometry(place.image, header);
    checkHeader(place, header, geometry, limits);
    return { geometry, sample: await decode(place, bytes, header, geometry, limits) };
  } catch (thrown) {
    if (thrown instanceof SlipwayError) throw thrown;
    if (isTimeout(thrown)) throw imagesTimedOut(place.image, limits.timeoutMs);
    throw undecodable(place, format, thrown);
  }
}

function checkHeader(
  place: ImagePlace,
  header: ImageHeader,
  { scaledWidth, scaledHeight, width, height }: Geometry,
  { maxPixels }: ImageLimits,
): void {
  const { image } = place;
  if (header.width * header.height > maxPixels) throw tooManyPixels(place, header, maxPixels);
  if (scaledWidth * scaledHeight > maxPixels) throw tooElongated(place, header);
  if (image.fit === 'crop' && (width < image.width || height < image.height))
    throw tooSmallWindow(place, header, { width: scaledWidth, height: scaledHeight });
  if (header.frames > 1) throw animated(place, header.frames);
}

async function decode(
  { image }: ImagePlace,
  bytes: Uint8Array,
  header: ImageHeader,
  geometry: Geometry,
  limits: ImageLimits,
): Promise<RowSampler> {
  switch (image.resize) {
    case 'tf1_bilinear':
      return bilinearRows(await decodeWhole(bytes, header, limits), geometry, bilinearTaps);
    case 'tf2_bilinear':
      return bilinearRows(await decodeWhole(bytes, header, limits), geometry, centredBilinearTaps);
    case 'nearest':
      return nearestRows(await decodeWhole(bytes, header, limits), geometry, nearestTaps);
    case 'tf2_nearest':
      return nearestRows(await decodeWhole(bytes, header, limits), geometry, centredNearestTaps);
    case 'bilinear':
      return plainRows(await decodeScaled(bytes, header, geometry, limits));
  }
}
