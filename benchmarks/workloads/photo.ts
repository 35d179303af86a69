import { readFile } from 'node:fs/promises';
import { seededRandom } from '@slipway/testkit';
import sharp from 'sharp';

/** A JPEG of large smooth shapes under fine grain, which compress about as a photo does. */
export async function photo(width: number, height: number): Promise<Buffer> {
  const random = seededRandom(1);
  const shapes = Buffer.from(Array.from({ length: 16 * 9 * 3 }, () => Math.floor(random() * 256)));
  const pixels = await sharp(shapes, { raw: { width: 16, height: 9, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
  const grainy = pixels.map((level) => Math.max(0, Math.min(255, level + Math.floor(random() * 16) - 8)));
  return sharp(grainy, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** A real one of 500 x 375, the usual size in ImageNet: a cup of coffee, by Rachel Michetti, CC0, as scikit-image has it, scaled. */
export function realPhoto(): Promise<Buffer> {
  return readFile(new URL('photos/coffee.jpg', import.meta.url));
}
