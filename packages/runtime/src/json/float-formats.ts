const NOT_A_NUMBER = 0x7fc0;

/** Singles as the bit patterns of BF16, which is their upper half, rounded to nearest, ties to even. */
export function toBfloat16(singles: Float32Array): Uint16Array {
  const bits = new Uint32Array(singles.buffer, singles.byteOffset, singles.length);
  const patterns = new Uint16Array(bits.length);
  for (let index = 0; index < bits.length; index += 1) {
    const pattern = bits[index] as number;
    const roundUp = 0x7fff + ((pattern >>> 16) & 1);
    patterns[index] = Number.isNaN(singles[index]) ? NOT_A_NUMBER : (pattern + roundUp) >>> 16;
  }
  return patterns;
}

/** Bit patterns of BF16 as the singles they stand for, exactly. */
export function fromBfloat16(patterns: Uint16Array): Float32Array {
  const bits = new Uint32Array(patterns.length);
  for (let index = 0; index < patterns.length; index += 1) bits[index] = (patterns[index] as number) << 16;
  return new Float32Array(bits.buffer);
}

/** Bit patterns of FP16 as numbers, in the same memory. */
export function fromFloat16(patterns: Uint16Array): Float16Array {
  return new Float16Array(patterns.buffer, patterns.byteOffset, patterns.length);
}
