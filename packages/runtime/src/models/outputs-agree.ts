import type { Tensor } from '@slipway/contract';

/**
 * How far floats may be apart when a run is shared: kernels add in another order for other sizes. The usual
 * bounds for FP32 results, as in ONNX's own backend tests (rtol 1e-3), with room near zero.
 */
const RELATIVE_TOLERANCE = 1e-3;
const ABSOLUTE_TOLERANCE = 1e-5;

/** True if both have the same shapes, floats that are close, and everything else equal. */
export function outputsAgree(some: readonly Tensor[], others: readonly Tensor[]): boolean {
  return (
    some.length === others.length && some.every((tensor, index) => agrees(tensor, others[index] as Tensor))
  );
}

function agrees(one: Tensor, other: Tensor): boolean {
  if (one.shape.length !== other.shape.length || one.data.length !== other.data.length) return false;
  if (one.shape.some((size, axis) => size !== other.shape[axis])) return false;
  const same = SAMENESS[one.datatype as keyof typeof SAMENESS] ?? Object.is;
  for (let index = 0; index < one.data.length; index += 1) {
    if (!same(one.data[index] as never, other.data[index] as never)) return false;
  }
  return true;
}

const SAMENESS = {
  FP32: close,
  FP64: close,
  FP16: closeBits,
  BYTES: (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0,
} as const;

function close(one: number, other: number): boolean {
  if (Object.is(one, other)) return true;
  return Math.abs(one - other) <= ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * Math.abs(other);
}

/** Bit patterns of one sign are in the order of their numbers: so many steps are about one in a thousand. */
const FP16_STEPS = 2;

function closeBits(one: number, other: number): boolean {
  return Math.abs(one - other) <= FP16_STEPS;
}
