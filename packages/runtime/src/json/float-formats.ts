/** Singles as the bit patterns of BF16, which is their upper half, rounded to nearest, ties to even. */
export function toBfloat16(singles: Float32Array): Uint16Array {
  const bits = new Uint32Array(singles.buffer, singles.byteOffset, singles.length);
  return Uint16Array.from(bits, (pattern, index) => {
    if (Number.isNaN(singles[index])) return 0x7fc0;
    const roundUp = 0x7fff + ((pattern >>> 16) & 1);
    return (pattern + roundUp) >>> 16;
  });
}

/** Bit patterns of BF16 as the singles they stand for, exactly. */
export function fromBfloat16(patterns: Uint16Array): Float32Array {
  const bits = Uint32Array.from(patterns, (pattern) => pattern << 16);
  return new Float32Array(bits.buffer);
}

/** Bit patterns of FP16 as numbers, in the same memory. */
export function fromFloat16(patterns: Uint16Array): Float16Array {
  return new Float16Array(patterns.buffer, patterns.byteOffset, patterns.length);
}
