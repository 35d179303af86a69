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
  quantizeRun(values, whole, 0, values.length, parameters, type);
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
  const run = runOf(dims, axis);
  const parameters = scales.map((scale) => ({ scale, zeroPoint: 0 }));
  for (let start = 0, index = 0; start < values.length; start += run, index += 1) {
    const own = parameters[index % parameters.length];
    if (own !== undefined) quantizeRun(values, whole, start, start + run, own, 'int8');
  }
  return whole;
}

// By index, here and below: there are many millions of weights.
function quantizeRun(
  values: Float32Array,
  into: Uint8Array,
  start: number,
  end: number,
  parameters: Parameters,
  type: ActivationType,
): void {
  for (let index = start; index < end; index += 1) {
    // A byte holds the lowest eight bits, so INT8 comes out as two's complement.
    into[index] = quantizeValue(values[index] ?? 0, parameters, type);
  }
}

/** The largest magnitude for each index of an axis; without an axis, the only one of all. */
export function largestPerAxis(
  values: Float32Array,
  dims: readonly number[],
  axis: number | undefined,
): Float32Array {
  const largest = new Float32Array(axis === undefined ? 1 : (dims[axis] ?? 0));
  const run = axis === undefined ? values.length : runOf(dims, axis);
  for (let start = 0, index = 0; start < values.length; start += run, index += 1) {
    const channel = index % largest.length;
    let found = largest[channel] ?? 0;
    for (let each = start; each < start + run; each += 1) {
      const magnitude = Math.abs(values[each] ?? 0);
      if (magnitude > found) found = magnitude;
    }
    largest[channel] = found;
  }
  return largest;
}

/** So many elements behind each other have the same index of an axis. */
function runOf(dims: readonly number[], axis: number): number {
  return dims.slice(axis + 1).reduce((product, dim) => product * dim, 1);
}
