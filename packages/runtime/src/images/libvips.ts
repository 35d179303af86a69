import sharp, { type Sharp } from 'sharp';
import { cmykToRgb } from './cmyk-to-rgb.ts';
import type { Geometry, Size } from './geometry.ts';
import type { Picture } from './sample-rows.ts';

/** What the beginning of an encoded image tells. */
export interface ImageHeader extends Size {
  readonly isCmyk: boolean;
  /** More than 1 for an animation. */
  readonly frames: number;
}

/** Bounds of one decoding. */
export interface DecodeBounds {
  readonly maxPixels: number;
  readonly timeoutMs: number;
}

// An image is decoded on one thread; several images are what fills the cores.
sharp.concurrency(1);
// No two requests have the same image often enough to keep decoded ones in memory.
sharp.cache(false);
// libvips knows dozens of formats; only these four are ever read from callers.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer',
  ],
});

/** Reads the header alone: nothing is decoded and no pixel has room. Rejects with libvips' own error. */
export async function readHeader(bytes: Uint8Array): Promise<ImageHeader> {
  const { width, height, space, pages } = await sharp(bytes, { limitInputPixels: false }).metadata();
  return { width, height, isCmyk: space === 'cmyk', frames: pages ?? 1 };
}

/** All pixels as TensorFlow's decoders give them. Rejects with libvips' own error. */
export function decodeWhole(bytes: Uint8Array, header: ImageHeader, bounds: DecodeBounds): Promise<Picture> {
  return toPicture(open(bytes, header, bounds));
}

/** The window of the scaled image, by the way that libvips finds fastest. Rejects with libvips' own error. */
export function decodeScaled(
  bytes: Uint8Array,
  header: ImageHeader,
  geometry: Geometry,
  bounds: DecodeBounds,
): Promise<Picture> {
  const { scaledWidth, scaledHeight, left, top, width, height } = geometry;
  const scaled = open(bytes, header, bounds)
    .resize(scaledWidth, scaledHeight, { fit: 'fill', kernel: 'linear' })
    .extract({ left, top, width, height });
  return toPicture(scaled);
}

/** True for the error of a decoding that took longer than its bound. */
export function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith('timeout');
}

/**
 * As TensorFlow decodes: an orientation in EXIF and a colour profile are passed over, an alpha channel is
 * dropped and not blended, and what is damaged is refused where a warning is not.
 */
function open(bytes: Uint8Array, header: ImageHeader, { maxPixels, timeoutMs }: DecodeBounds): Sharp {
  const image = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', ignoreIcc: true }).timeout({
    seconds: Math.ceil(timeoutMs / 1000),
  });
  // libvips would convert inks by a profile of its own.
  return header.isCmyk
    ? image.pipelineColourspace('cmyk').toColourspace('cmyk')
    : image.removeAlpha().toColourspace('srgb');
}

async function toPicture(image: Sharp): Promise<Picture> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { width, height, pixels: channels === 4 ? cmykToRgb(data) : data };
}
