import { GLYPH_HEIGHT, GLYPH_WIDTH, hasInk } from './glyphs.ts';

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A picture that is drawn on: rows of red, green and blue. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Pixels from `left` and `top` on; what lies beside the picture is not drawn. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels between characters, and around a text, of a font at scale 1. */
const GAP = 1;

export function fill({ width, height, pixels }: Canvas, area: Area, colour: Colour): void {
  const right = Math.min(width, area.left + area.width);
  const bottom = Math.min(height, area.top + area.height);
  for (let y = Math.max(0, area.top); y < bottom; y += 1)
    for (let x = Math.max(0, area.left); x < right; x += 1) pixels.set(colour, (y * width + x) * 3);
}

/** The edges of an area, inside it. */
export function outline(canvas: Canvas, area: Area, thickness: number, colour: Colour): void {
  const { left, top, width, height } = area;
  fill(canvas, { ...area, height: thickness }, colour);
  fill(canvas, { ...area, top: top + height - thickness, height: thickness }, colour);
  fill(canvas, { ...area, width: thickness }, colour);
  fill(canvas, { ...area, left: left + width - thickness, width: thickness }, colour);
}

/** How much a text and its margin take. */
export function textSize(text: string, scale: number): Pick<Area, 'width' | 'height'> {
  return {
    width: (text.length * (GLYPH_WIDTH + GAP) + GAP) * scale,
    height: (GLYPH_HEIGHT + 2 * GAP) * scale,
  };
}

/** A text that is drawable, within a margin. */
export function write(
  canvas: Canvas,
  text: string,
  { left, top }: Pick<Area, 'left' | 'top'>,
  scale: number,
  colour: Colour,
): void {
  for (const [index, character] of [...text].entries())
    for (let row = 0; row < GLYPH_HEIGHT; row += 1)
      for (let column = 0; column < GLYPH_WIDTH; column += 1) {
        if (!hasInk(character, column, row)) continue;
        const x = left + (GAP + index * (GLYPH_WIDTH + GAP) + column) * scale;
        fill(canvas, { left: x, top: top + (GAP + row) * scale, width: scale, height: scale }, colour);
      }
}
