import { DIGIT_SIDE } from './digits.ts';

/** From paper to ink. */
const GREYS = ' ░▒▓█';

/**
 * A digit as 14 lines of 28 characters: one character stands for two pixels, one above the other, because a
 * character of a terminal is about twice as high as it is wide.
 */
export function digitPicture(pixels: Float32Array): string[] {
  return Array.from({ length: DIGIT_SIDE / 2 }, (_, line) => {
    const greys = Array.from({ length: DIGIT_SIDE }, (__, column) => {
      const above = pixels[2 * line * DIGIT_SIDE + column] ?? 0;
      const below = pixels[(2 * line + 1) * DIGIT_SIDE + column] ?? 0;
      return GREYS[Math.round(((above + below) / 2) * (GREYS.length - 1))];
    });
    return greys.join('');
  });
}

/** Pictures of equal height beside each other. */
export function besideEachOther(pictures: readonly (readonly string[])[]): string[] {
  const [first = []] = pictures;
  return first.map((_, line) => pictures.map((picture) => picture[line] ?? '').join('  '));
}
