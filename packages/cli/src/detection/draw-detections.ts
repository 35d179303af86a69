import type { Detection } from '@slipway/sdk';
import { type Area, type Canvas, type Colour, fill, outline, textSize, write } from './canvas.ts';
import { drawableText } from './glyphs.ts';

/** One for each class in turn: the colours of Okabe and Ito, which most people tell apart, but black. */
const COLOURS: readonly Colour[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167],
];

const BLACK: Colour = [0, 0, 0];

/** Pixels of the picture's shorter side for each pixel of a line, and of a letter's dot. */
const SIDE_PER_LINE = 150;
const SIDE_PER_DOT = 250;

/** Draws every box with its class and score; the best last, so that nothing lies over it. */
export function drawDetections(canvas: Canvas, detections: readonly Detection[]): void {
  const side = Math.min(canvas.width, canvas.height);
  const thickness = Math.max(1, Math.round(side / SIDE_PER_LINE));
  const scale = Math.max(1, Math.round(side / SIDE_PER_DOT));
  for (const detection of detections.toReversed()) {
    const area = areaOf(canvas, detection);
    const colour = COLOURS[detection.classIndex % COLOURS.length] ?? BLACK;
    outline(canvas, area, thickness, colour);
    writeLabel(canvas, labelOf(detection), area, scale, colour);
  }
}

function areaOf({ width, height }: Canvas, { box }: Detection): Area {
  const left = Math.round(box.xMin * width);
  const top = Math.round(box.yMin * height);
  return {
    left,
    top,
    width: Math.round(box.xMax * width) - left,
    height: Math.round(box.yMax * height) - top,
  };
}

/** The class by its name, or by its number if it has none that can be drawn. */
export function labelOf({ label, classIndex, score }: Detection): string {
  const name = label === undefined ? undefined : drawableText(label);
  return `${name ?? `#${classIndex}`} ${score.toFixed(2)}`;
}

/** Above the box, or in it where there is no room. */
function writeLabel(canvas: Canvas, text: string, box: Area, scale: number, colour: Colour): void {
  const size = textSize(text, scale);
  const left = Math.max(0, Math.min(box.left, canvas.width - size.width));
  const top = box.top < size.height ? box.top : box.top - size.height;
  fill(canvas, { left, top, ...size }, colour);
  write(canvas, text, { left, top }, scale, BLACK);
}
