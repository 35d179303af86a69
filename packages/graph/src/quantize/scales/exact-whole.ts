/** Bits of the significand of an FP32, with the one that is not written. */
const SIGNIFICAND = 24;

/** The exponent of the smallest normal FP32. */
const LEAST_EXPONENT = -126;

/**
 * An FP32 as a whole number of 24 bits and a power of two that is a normal FP32: their product is exactly that number,
 * unless it is so small that it is below 2^-126 itself, which becomes 0.
 */
export function exactWhole(value: number): { readonly whole: number; readonly scale: number } {
  const magnitude = Math.abs(value);
  if (magnitude === 0) return { whole: 0, scale: 1 };
  // The logarithm may be rounded to the next power; one bit of 32 is left for that.
  const exponent = Math.floor(Math.log2(magnitude)) - SIGNIFICAND;
  const scale = 2 ** Math.max(LEAST_EXPONENT, exponent);
  return { whole: Math.trunc(value / scale), scale };
}
