import { type ActivationType, type Parameters, WHOLE_NUMBERS } from './parameters.ts';
import { roundHalfToEven } from './round.ts';

type WholeType = keyof typeof WHOLE_NUMBERS;

/**
 * A number as `QuantizeLinear` of ONNX makes it whole: divided in FP32, rounded half to even, moved by the zero point, and
 * held in the type.
 */
export function quantizeValue(value: number, { scale, zeroPoint }: Parameters, type: WholeType): number {
  const { min, max } = WHOLE_NUMBERS[type];
  const whole = roundHalfToEven(Math.fround(value / scale)) + zeroPoint;
  return Math.min(max, Math.max(min, whole));
}

/** The number that a whole one stands for, an FP32. */
export function dequantizeValue(whole: number, { scale, zeroPoint }: Parameters): number {
  return Math.fround((whole - zeroPoint) * scale);
}

/** All values with the same scale, as bytes of the type. */
export function quantizeValues(
  values: Float32Array,
  parameters: Parameters,
  type: ActivationType,
): Uint8Array {
  const whole = new Uint8Array(values.length);
  // A byte holds the lowest eight bits, so INT8 comes out as two's complement.
  for (const [index, value] of values.entries()) whole[index] = quantizeValue(value, parameters, type);
  return whole;
}

/** Weights around zero with a scale for each index of an axis, as bytes of INT8. */
export function quantizePerAxis(
  values: Float32Array,
  dims: readonly number[],
  axis: number,
  scales: readonly number[],
): Uint8Array {
  const whole = new Uint8Array(values.length);
  const parameters = scales.map((scale) => ({ scale, zeroPoint: 0 }));
  forEachAlong(dims, axis, values.length, (index, channel) => {
    const own = parameters[channel];
    if (own !== undefined) whole[index] = quantizeValue(values[index] ?? 0, own, 'int8');
  });
  return whole;
}

/** The largest magnitude for each index of an axis; without an axis, the only one of all. */
export function largestPerAxis(
  values: Float32Array,
  dims: readonly number[],
  axis: number | undefined,
): Float32Array {
  const largest = new Float32Array(axis === undefined ? 1 : (dims[axis] ?? 0));
  forEachAlong(dims, axis, values.length, (index, channel) => {
    largest[channel] = Math.max(largest[channel] ?? 0, Math.abs(values[index] ?? 0));
  });
  return largest;
}

/** Tells each element's index along an axis; without an axis, 0. */
function forEachAlong(
  dims: readonly number[],
  axis: number | undefined,
  count: number,
  tell: (index: number, channel: number) => void,
): void {
  const channels = axis === undefined ? 1 : (dims[axis] ?? 1);
  const inner = axis === undefined ? 1 : dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  for (let index = 0; index < count; index += 1) tell(index, Math.floor(index / inner) % channels);
}
