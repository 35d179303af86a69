import type { Geometry } from './geometry.ts';
import { rowSampler } from './row-kernel.ts';
import type { BilinearTaps, ScaledSpan } from './taps.ts';

/** Decoded pixels: a byte each of red, green and blue, row after row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Writes the levels, 0 to 255, of one row of the window into `row`: red, green and blue of each pixel. */
export type RowSampler = (y: number, row: Float32Array) => void;

const CHANNELS = 3;

/** The rows of a picture that has the window's size already. */
export function plainRows({ pixels, width }: Picture): RowSampler {
  const length = width * CHANNELS;
  return (y, row) => row.set(pixels.subarray(y * length, (y + 1) * length));
}

/** The window's rows of a whole picture, by the one pixel that each place takes. */
export function nearestRows(
  picture: Picture,
  geometry: Geometry,
  nearestTaps: (span: ScaledSpan) => Int32Array,
): RowSampler {
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
export function bilinearRows(
  picture: Picture,
  geometry: Geometry,
  bilinearTaps: (span: ScaledSpan) => BilinearTaps,
): RowSampler {
  const rows = bilinearTaps(verticalSpan(picture, geometry));
  const columns = bilinearTaps(horizontalSpan(picture, geometry));
  const { pixels, width } = picture;
  const first = (columns.lower[0] ?? 0) * CHANNELS;
  const end = ((columns.upper.at(-1) ?? -1) + 1) * CHANNELS;
  const fromFirst = (pixel: number) => pixel * CHANNELS - first;
  const between = rowSampler(end - first, {
    lower: columns.lower.map(fromFirst),
    upper: columns.upper.map(fromFirst),
    weight: columns.weight,
  });
  const sourceRow = (y: number) => pixels.subarray(y * width * CHANNELS + first, y * width * CHANNELS + end);
  return (y, row) => {
    const above = sourceRow(rows.lower[y] as number);
    const below = sourceRow(rows.upper[y] as number);
    row.set(between(above, below, rows.weight[y] as number));
  };
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
