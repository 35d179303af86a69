import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import type { Canvas } from './canvas.ts';

/** The formats that a picture is written in, by the ending of its name. */
const FORMATS = { '.jpg': 'jpeg', '.jpeg': 'jpeg', '.png': 'png', '.webp': 'webp' } as const;

type PictureFormat = (typeof FORMATS)[keyof typeof FORMATS];

/** A camera's 24 megapixels, as a replica takes them. */
const MAX_PIXELS = 25_000_000;

/** Of 100: lines and letters stay sharp. */
const QUALITY = 90;

/** The format that a path asks for. Throws `invalid_argument` for an ending that is none. */
export function pictureFormat(path: string): PictureFormat {
  const known = Object.entries(FORMATS).find(([ending]) => ending === extname(path).toLowerCase());
  if (known !== undefined) return known[1];
  throw problem(`"${path}" must end with ${Object.keys(FORMATS).join(', ')}`);
}

/** The pixels as the service sees them: an orientation in EXIF is passed over, and alpha is dropped. */
export async function readPicture(encoded: Uint8Array): Promise<Canvas> {
  const { default: sharp } = await import('sharp');
  const image = sharp(encoded, { limitInputPixels: MAX_PIXELS }).removeAlpha().toColourspace('srgb').raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true }).catch((cause: Error) => {
    throw problem(`the image cannot be decoded here: ${cause.message}`, cause);
  });
  return { width: info.width, height: info.height, pixels: data };
}

/** Writes a picture; one that is there is replaced. */
export async function writePicture(path: string, { width, height, pixels }: Canvas): Promise<void> {
  const { default: sharp } = await import('sharp');
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  const encoded = await image.toFormat(pictureFormat(path), { quality: QUALITY }).toBuffer();
  await writeFile(path, encoded).catch((cause: Error) => {
    throw problem(`the picture cannot be written: ${cause.message}`, cause);
  });
}

function problem(what: string, cause?: Error): SlipwayError {
  return new SlipwayError('invalid_argument', `--draw: ${what}.`, { details: { field: 'draw' }, cause });
}
