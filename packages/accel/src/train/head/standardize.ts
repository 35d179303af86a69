import { SlipwayError } from '@slipway/contract';
import type { Matrix } from './dataset.ts';

/** What takes each feature to mean 0 and deviation 1: (value - mean) * factor. */
export interface Standardization {
  readonly mean: Float64Array;
  readonly factor: Float64Array;
}

/** A feature that varies by less than this share of its size is lost in the rounding of a head in single precision. */
const LEAST_SHARE = 1e-4;

/** Weights of features that vary by less would be too large for single precision. */
const LEAST_DEVIATION = 1e-30;

/**
 * The standardization of these rows, as the population's deviation has it. A feature that is constant becomes 0. Throws
 * `invalid_argument` for a feature that is not finite: whoever knows the rows' names says so before.
 */
export function standardizationOf({ rows, columns, values }: Matrix): Standardization {
  const mean = new Float64Array(columns);
  const squares = new Float64Array(columns);
  for (let at = 0; at < values.length; at += 1) add(mean, at % columns, (values[at] as number) / rows);
  for (let at = 0; at < values.length; at += 1) {
    const column = at % columns;
    add(squares, column, ((values[at] as number) - (mean[column] as number)) ** 2 / rows);
  }
  if (!squares.every(Number.isFinite)) {
    throw new SlipwayError(
      'invalid_argument',
      'Features must be finite numbers: there is a NaN or an infinity.',
    );
  }
  const factor = squares.map((square, column) => {
    const deviation = Math.sqrt(square);
    const least = Math.max(LEAST_DEVIATION, LEAST_SHARE * Math.abs(mean[column] as number));
    return deviation < least ? 0 : 1 / deviation;
  });
  return { mean, factor };
}

/** The rows, standardized, in single precision. */
export function standardized({ rows, columns, values }: Matrix, { mean, factor }: Standardization): Matrix {
  const scaled = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += 1) {
    const column = at % columns;
    scaled[at] = ((values[at] as number) - (mean[column] as number)) * (factor[column] as number);
  }
  return { rows, columns, values: scaled };
}

function add(into: Float64Array, at: number, value: number): void {
  into[at] = (into[at] as number) + value;
}
