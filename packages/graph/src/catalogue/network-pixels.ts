import type { Network } from './network.ts';
import type { Pixels } from './weights.ts';

/** The network's own input, as a framework would say it. */
export function pixelsOf({ input }: Network): Pixels {
  const std = 1 / input.scale;
  return { mean: input.mean, std: [std, std, std] };
}
