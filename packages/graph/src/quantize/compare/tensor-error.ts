import { GraphError } from '../../graph-error.ts';

/** How far values are from those of the float model. Sums, so that those of several samples add up. */
export interface TensorError {
  readonly values: number;
  /** The sum of the squares of the float model's values. */
  readonly signal: number;
  /** The sum of the squares of the differences. */
  readonly noise: number;
  /** The largest magnitude of a difference. */
  readonly largest: number;
}

/** Throws `invalid_argument` for lists of different lengths. NaN on one side makes the noise NaN. */
export function compareValues(float: Float32Array, other: Float32Array): TensorError {
  if (float.length !== other.length) throw differentLengths(float.length, other.length);
  let [signal, noise, largest] = [0, 0, 0];
  for (let index = 0; index < float.length; index += 1) {
    const value = float[index] ?? 0;
    const difference = value - (other[index] ?? 0);
    signal += value * value;
    noise += difference * difference;
    largest = Math.max(largest, Math.abs(difference));
  }
  return { values: float.length, signal, noise, largest };
}

/** The error of the values of both. */
export function addErrors(one: TensorError, other: TensorError): TensorError {
  return {
    values: one.values + other.values,
    signal: one.signal + other.signal,
    noise: one.noise + other.noise,
    largest: Math.max(one.largest, other.largest),
  };
}

/**
 * The signal-to-quantization-noise ratio (SQNR) in decibels: six more are one bit more. Infinite for values that are the
 * same.
 */
export function decibels({ signal, noise }: Pick<TensorError, 'signal' | 'noise'>): number {
  return noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
}

/** Noise as a part of the signal: 0 for values that are the same. */
export function noisePart({ signal, noise }: Pick<TensorError, 'signal' | 'noise'>): number {
  return noise === 0 ? 0 : noise / signal;
}

export function differentLengths(one: number, other: number): GraphError {
  const said = `${one} values cannot be compared with ${other}: give those of the same samples.`;
  return new GraphError('invalid_argument', said);
}
