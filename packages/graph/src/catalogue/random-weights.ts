import { createHash } from 'node:crypto';
import { neededWeights } from './build-network.ts';
import type { Network } from './network.ts';
import { pixelsOf } from './network-pixels.ts';
import type { WeightSpec } from './sketch.ts';
import { ORIGINAL } from './variants.ts';
import type { NetworkWeights, Weight } from './weights.ts';

/**
 * Weights that nobody trained: the same for the same seed, a whole number. Kernels are as He initialises them, but that
 * those of each output sum to nothing, and batch norms find roughly what they say, so that numbers stay in a range and an answer depends on its image. They are in
 * memory, 4 bytes each.
 */
export function randomWeights(network: Network, seed: number): NetworkWeights {
  const variant = ORIGINAL[network.family];
  const tensors = new Map(neededWeights(network, variant).map((spec) => [spec.name, draw(spec, seed)]));
  const origin = `random, seed ${seed}`;
  return { part: 'network', layout: 'slim', variant, pixels: pixelsOf(network), origin, tensors };
}

/** Each weight has a generator of its own: what another one takes does not change it. */
function draw(spec: WeightSpec, seed: number): Weight {
  const key = createHash('sha256').update(`${seed} ${spec.name}`).digest();
  const count = spec.dims.reduce((product, size) => product * size, 1);
  const values = new Float32Array(count);
  fillNormal(values, key.readUInt32LE(0));
  const [mean, deviation] = distributionOf(spec);
  for (let at = 0; at < count; at += 1) {
    const value = mean + deviation * (values[at] as number);
    values[at] = spec.role === 'variance' ? Math.abs(value) : value;
  }
  if (spec.role === 'kernel') balance(values, count / (spec.dims[0] ?? 1));
  return { dims: spec.dims, bytes: new Uint8Array(values.buffer) };
}

/**
 * What each output takes sums to nothing: in a deep network, the mean that all images have would otherwise drown what
 * they differ in.
 */
function balance(kernel: Float32Array, fanIn: number): void {
  for (let start = 0; start < kernel.length; start += fanIn) {
    let sum = 0;
    for (let at = start; at < start + fanIn; at += 1) sum += kernel[at] as number;
    for (let at = start; at < start + fanIn; at += 1) kernel[at] = (kernel[at] as number) - sum / fanIn;
  }
}

/** Biases and scales leave no term of the arithmetic out. */
function distributionOf({ role, dims, spread }: WeightSpec): readonly [mean: number, deviation: number] {
  switch (role) {
    case 'kernel':
      return [0, Math.sqrt(2 / dims.slice(1).reduce((product, size) => product * size, 1))];
    case 'bias':
    case 'beta':
      return [0, 0.1];
    case 'gamma':
      return [1, 0.1];
    case 'mean':
      return [0, 0.1 * Math.sqrt(spread)];
    case 'variance':
      return [spread, 0.1 * spread];
    case 'scale':
      return [20, 0.1];
  }
}

/** Pairs of normal numbers (Box and Muller, 1958) from mulberry32, which is fast and has no pattern that matters here. */
function fillNormal(into: Float32Array, seed: number): void {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let at = 0; at < into.length; at += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    into[at] = radius * Math.cos(angle);
    if (at + 1 < into.length) into[at + 1] = radius * Math.sin(angle);
  }
}
