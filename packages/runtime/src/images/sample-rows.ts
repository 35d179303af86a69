import type { Geometry } from './geometry.ts';
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
const { fround } = Math;

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
  const offsets = {
    lower: toOffsets(columns.lower),
    upper: toOffsets(columns.upper),
    weight: columns.weight,
  };
  const { pixels, width } = picture;
  return (y, row) => {
    const above = (rows.lower[y] as number) * width * CHANNELS;
    const below = (rows.upper[y] as number) * width * CHANNELS;
    writeBilinear(pixels, above, below, rows.weight[y] as number, offsets, row);
  };
}

/** `above` and `below` are where the two rows of the source begin. */
function writeBilinear(
  pixels: Uint8Array,
  above: number,
  below: number,
  down: number,
  { lower, upper, weight }: BilinearTaps,
  row: Float32Array,
): void {
  for (let x = 0, to = 0; x < lower.length; x += 1, to += CHANNELS) {
    const west = lower[x] as number;
    const east = upper[x] as number;
    const across = weight[x] as number;
    const nw = above + west;
    const ne = above + east;
    const sw = below + west;
    const se = below + east;
    // Written out, because a loop over the three channels costs a third more.
    row[to] = amidFour(pixels, nw, ne, sw, se, across, down);
    row[to + 1] = amidFour(pixels, nw + 1, ne + 1, sw + 1, se + 1, across, down);
    row[to + 2] = amidFour(pixels, nw + 2, ne + 2, sw + 2, se + 2, across, down);
  }
}

function amidFour(
  pixels: Uint8Array,
  nw: number,
  ne: number,
  sw: number,
  se: number,
  across: number,
  down: number,
): number {
  const northWest = pixels[nw] as number;
  const southWest = pixels[sw] as number;
  const north = fround(northWest + fround(((pixels[ne] as number) - northWest) * across));
  const south = fround(southWest + fround(((pixels[se] as number) - southWest) * across));
  // The row's own elements round the sum.
  return north + fround(fround(south - north) * down);
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
