import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DIGIT_SIDE, digitPixels, loadDigits } from '@slipway/example-mnist/digits';
import sharp from 'sharp';

/** Writes handwritten digits, dark on white, as PNG images: `<folder>/<digit>/<number>.png`, so many of each. */
export async function writeDigits(folder: string, set: 'train' | 'test', ofEach: number): Promise<void> {
  const digits = await loadDigits(set);
  const written = new Map<number, number>();
  for (const [index, digit] of digits.labels.entries()) {
    const before = written.get(digit) ?? 0;
    if (before >= ofEach) continue;
    written.set(digit, before + 1);
    const levels = Uint8Array.from(digitPixels(digits, index), (ink) => Math.round(255 * (1 - ink)));
    await mkdir(join(folder, String(digit)), { recursive: true });
    await sharp(levels, { raw: { width: DIGIT_SIDE, height: DIGIT_SIDE, channels: 1 } })
      .png()
      .toFile(join(folder, String(digit), `${index}.png`));
  }
}
