import type { Datatype, Tensor } from '@slipway/contract';

/**
 * How far floats may be apart when a run is shared: kernels add in another order for other sizes. The usual
 * bound for FP32 results, as in ONNX's own backend tests (rtol 1e-3), with room near zero.
 */
const RELATIVE_TOLERANCE = 1e-3;
const ABSOLUTE_TOLERANCE = 1e-5;

/** Neighbouring FP16 numbers are about one in a thousand apart. */
const FP16_STEPS = 2;

/** True if both have the same shapes, floats that are close, and everything else equal. */
export function outputsAgree(some: readonly Tensor[], others: readonly Tensor[]): boolean {
  return some.length === others.length && some.every((tensor, index) => agrees(tensor, others[index]));
}

function agrees(one: Tensor, other: Tensor | undefined): boolean {
  if (other === undefined || one.data.length !== other.data.length) return false;
  if (one.shape.length !== other.shape.length) return false;
  if (one.shape.some((size, axis) => size !== other.shape[axis])) return false;
  const agree = comparison(one.datatype);
  for (let index = 0; index < one.data.length; index += 1) {
    if (!agree(one.data[index], other.data[index])) return false;
  }
  return true;
}

function comparison(datatype: Datatype): (one: unknown, other: unknown) => boolean {
  switch (datatype) {
    case 'FP32':
    case 'FP64':
      return (one, other) => close(one as number, other as number);
    case 'FP16':
      // Bit patterns of one sign are in the order of their numbers.
      return (one, other) => Math.abs((one as number) - (other as number)) <= FP16_STEPS;
    case 'BYTES':
      return (one, other) => Buffer.compare(one as Uint8Array, other as Uint8Array) === 0;
    default:
      return Object.is;
  }
}

function close(one: number, other: number): boolean {
  if (Object.is(one, other)) return true;
  return Math.abs(one - other) <= ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * Math.abs(other);
}
