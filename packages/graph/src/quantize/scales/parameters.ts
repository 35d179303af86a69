import { roundHalfToEven } from './round.ts';

/** The values that a tensor had. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export type ActivationType = 'uint8' | 'int8';

/** What `scale * (q - zeroPoint)` needs to be a real number again. */
export interface Parameters {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The first and the last whole number of each type. */
export const WHOLE_NUMBERS = {
  uint8: { min: 0, max: 255 },
  int8: { min: -128, max: 127 },
  int32: { min: -2_147_483_648, max: 2_147_483_647 },
} as const;

/** Products of two scales are still normal numbers of FP32; values so small count as none. */
const SMALLEST_SCALE = 2 ** -60;

/** The scale of values that are all zero: any would do, and this one divides nothing by zero. */
const SCALE_OF_ZEROS = 1;

/** The steps of a bias to either side: far fewer than INT32 has, because products are added to it. */
const BIAS_STEPS = 2 ** 30;

/** As large as weights of eight bits get, so that they are as many to either side of zero. */
const LARGEST_WEIGHT = 127;

/**
 * As large as weights of seven bits get. Processors without VNNI add two products of UINT8 and INT8 in 16 bits, and
 * 2 * 255 * 64 is below 2^15.
 */
const LARGEST_REDUCED_WEIGHT = 64;

/**
 * Scale and zero point for a range, widened to hold zero, which is exact: padding and ReLU make many of them. The scale
 * is an FP32. From "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference"
 * (Jacob et al., 2018), section 2.1 and 3.1.
 */
export function affineParameters(range: Range, type: ActivationType): Parameters {
  const limits = WHOLE_NUMBERS[type];
  const [low, high] = [Math.min(0, range.min), Math.max(0, range.max)];
  if (low === high) return { scale: SCALE_OF_ZEROS, zeroPoint: 0 };
  // Halved first: the width of a range of FP32 may be beyond FP32.
  const scale = atLeastSmallest((high / 2 - low / 2) / ((limits.max - limits.min) / 2));
  const zeroPoint = roundHalfToEven(limits.min - low / scale);
  return { scale, zeroPoint: Math.min(limits.max, Math.max(limits.min, zeroPoint)) };
}

/** The scale of INT8 around zero, without a zero point, as some accelerators take it: from -127 to 127. */
export function symmetricParameters({ min, max }: Range): Parameters {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  return { scale: largest === 0 ? SCALE_OF_ZEROS : atLeastSmallest(largest / LARGEST_WEIGHT), zeroPoint: 0 };
}

/**
 * The scale of weights around zero, of which `largest` is the largest magnitude; an FP32. `bias` is what a bias with the
 * scale `inputScale * scale` must hold: small weights beside a large bias get a larger scale, because it is an INT32.
 */
export function weightScale(
  largest: number,
  { bias = 0, inputScale = 1, reduced = false }: WeightScaleOptions = {},
): number {
  const forBias = Math.abs(bias) / inputScale / BIAS_STEPS;
  const wanted = Math.max(largest / (reduced ? LARGEST_REDUCED_WEIGHT : LARGEST_WEIGHT), forBias);
  return wanted === 0 ? SCALE_OF_ZEROS : atLeastSmallest(wanted);
}

interface WeightScaleOptions {
  readonly bias?: number | undefined;
  readonly inputScale?: number | undefined;
  /** Seven bits instead of eight. */
  readonly reduced?: boolean | undefined;
}

function atLeastSmallest(scale: number): number {
  return Math.max(SMALLEST_SCALE, Math.fround(scale));
}
