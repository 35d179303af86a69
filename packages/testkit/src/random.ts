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
