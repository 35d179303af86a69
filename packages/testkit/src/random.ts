/** Numbers from 0 up to but not including 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Floats of a normal distribution around 0 (Box and Muller's method), drawn from `random`. */
export function normalFloats(
  count: number,
  deviation: number,
  random: () => number,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 1) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    values[index] = deviation * radius * Math.cos(2 * Math.PI * random());
  }
  return values;
}

/** Weights for a layer that ReLU follows: deviation sqrt(2 / inputs), after He and others, 2015. */
export function heWeights(count: number, inputs: number, random: () => number): Float32Array<ArrayBuffer> {
  return normalFloats(count, Math.sqrt(2 / inputs), random);
}
