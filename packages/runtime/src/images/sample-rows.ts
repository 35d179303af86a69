import type { Geometry } from './geometry.ts';
import { bilinearTaps, nearestTaps, type ScaledSpan } from './taps.ts';

/** Decoded pixels: a byte each of red, green and blue, row after row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Writes the levels, 0 to 255, of one row of the window into `row`: red, green and blue of each pixel. */
export type RowSampler = (y: number, row: Float32Array) => void;

const CHANNELS = 3;
const { fround } = Math;

/** The rows of a picture that has the window's size already. */
export function plainRows({ pixels, width }: Picture): RowSampler {
  const length = width * CHANNELS;
  return (y, row) => row.set(pixels.subarray(y * length, (y + 1) * length));
}

/** The window's rows of a whole picture, by the nearest pixel before each place. */
export function nearestRows(picture: Picture, geometry: Geometry): RowSampler {
  const rows = nearestTaps(verticalSpan(picture, geometry));
  const columns = toOffsets(nearestTaps(horizontalSpan(picture, geometry)));
  const { pixels, width } = picture;
  return (y, row) => {
    const line = (rows[y] as number) * width * CHANNELS;
    for (let x = 0, to = 0; x < columns.length; x += 1, to += CHANNELS) {
      const from = line + (columns[x] as number);
      row[to] = pixels[from] as number;
      row[to + 1] = pixels[from + 1] as number;
      row[to + 2] = pixels[from + 2] as number;
    }
  };
}

/**
 * The window's rows of a whole picture, each pixel between four: along the upper row, along the lower one,
 * then between these. In that order and in single precision, as TensorFlow does it on a CPU.
 */
export function bilinearRows(picture: Picture, geometry: Geometry): RowSampler {
  const rows = bilinearTaps(verticalSpan(picture, geometry));
  const columns = bilinearTaps(horizontalSpan(picture, geometry));
  const lefts = toOffsets(columns.lower);
  const rights = toOffsets(columns.upper);
  const { weight } = columns;
  const { pixels, width } = picture;
  return (y, row) => {
    const upper = (rows.lower[y] as number) * width * CHANNELS;
    const lower = (rows.upper[y] as number) * width * CHANNELS;
    const down = rows.weight[y] as number;
    for (let x = 0, to = 0; x < lefts.length; x += 1) {
      const left = lefts[x] as number;
      const right = rights[x] as number;
      const across = weight[x] as number;
      for (let channel = 0; channel < CHANNELS; channel += 1, to += 1) {
        const top = between(pixels, upper + left + channel, upper + right + channel, across);
        const bottom = between(pixels, lower + left + channel, lower + right + channel, across);
        row[to] = fround(top + fround(fround(bottom - top) * down));
      }
    }
  };
}

function between(pixels: Uint8Array, first: number, second: number, weight: number): number {
  const level = pixels[first] as number;
  return fround(level + fround(((pixels[second] as number) - level) * weight));
}

function verticalSpan({ height }: Picture, geometry: Geometry): ScaledSpan {
  return { source: height, scaled: geometry.scaledHeight, first: geometry.top, count: geometry.height };
}

function horizontalSpan({ width }: Picture, geometry: Geometry): ScaledSpan {
  return { source: width, scaled: geometry.scaledWidth, first: geometry.left, count: geometry.width };
}

function toOffsets(pixels: Int32Array): Int32Array {
  return pixels.map((pixel) => pixel * CHANNELS);
}
