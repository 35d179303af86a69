import type { Mapper } from '../operation.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { IMAGES } from './images.ts';
import { MATRICES } from './matrices.ts';
import { REDUCTIONS } from './reductions.ts';
import { SAME } from './same.ts';
import { SHAPES } from './shapes.ts';
import { SLICES } from './strided-slice.ts';

/** The mappers of all ops that are converted, by TensorFlow's names. */
export const MAPPERS: ReadonlyMap<string, Mapper> = new Map(
  [SAME, ELEMENTWISE, MATRICES, REDUCTIONS, SHAPES, SLICES, IMAGES].flatMap((family) =>
    Object.entries(family),
  ),
);
