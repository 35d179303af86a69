import { pixelsOf } from '../network-pixels.ts';
import { ORIGINAL } from '../variants.ts';
import type { Layout } from './layout.ts';

/** Checkpoints of TF-slim, after whose names those of all weights are here. */
export const SLIM: Layout = {
  name: 'slim',
  variants: ORIGINAL,
  pixels: pixelsOf,
  blueFirst: () => false,
  nameOf: ({ name }) => name,
  kernels: 'outputs last',
  isMatrix: () => false,
  beside:
    /^global_step$|^(beta[12]_power|save_counter)$|\/mean_rgb$|\/(Momentum|Adam|Adam_1|RMSProp|RMSProp_1|ExponentialMovingAverage)$/,
};
