import { GraphError } from '../../graph-error.ts';
import type { Range } from '../scales/parameters.ts';

/** Sums up what tensors hold while somebody runs a model with samples. What was observed is not kept. */
export interface Calibrator {
  /** Takes the values of a tensor for one sample or several. Throws `invalid_argument` for a value that is not finite. */
  observe(tensor: string, values: Float32Array): void;
  /** The range of each tensor that was observed. */
  ranges(): ReadonlyMap<string, Range>;
}

/** The smallest and the largest value. Throws `invalid_argument` for one that is not finite; `undefined` for no values. */
export function rangeOfValues(tensor: string, values: Float32Array): Range | undefined {
  if (values.length === 0) return undefined;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let hasNan = false;
  // By index, and with few branches: a network makes tens of millions of values a sample.
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    if (Number.isNaN(value)) hasNan = true;
  }
  const wrong = hasNan ? Number.NaN : [min, max].find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw notFinite(tensor, wrong);
  return { min, max };
}

function notFinite(tensor: string, value: number): GraphError {
  const instead = 'leave the nodes around it in FP32, or calibrate with other samples';
  return new GraphError('invalid_argument', `${tensor} holds ${value}, which has no integer: ${instead}.`);
}

/** The smallest range that holds both. */
export function unionOf(one: Range, other: Range | undefined): Range {
  if (other === undefined) return one;
  return { min: Math.min(one.min, other.min), max: Math.max(one.max, other.max) };
}
