import { CONDITIONS } from '../control/conditions.ts';
import { LISTS } from '../control/lists.ts';
import { LOOPS } from '../control/loops.ts';
import type { Mapper } from '../operation.ts';
import { BLOCKS } from './blocks.ts';
import { CATEGORIES } from './categories.ts';
import { COMBINED_SUPPRESSION } from './combined-suppression.ts';
import { CONTRACTIONS } from './contractions.ts';
import { CROP } from './crop.ts';
import { DIAGONALS } from './diagonals.ts';
import { DIVISION } from './division.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { FORMS } from './forms.ts';
import { FUNCTIONS } from './functions.ts';
import { IMAGES } from './images.ts';
import { INDEXING } from './indexing.ts';
import { MATRICES } from './matrices.ts';
import { NON_MAX_SUPPRESSION } from './non-max-suppression.ts';
import { PARTITIONS } from './partitions.ts';
import { PARTS } from './parts.ts';
import { PIECES } from './pieces.ts';
import { REDUCTIONS } from './reductions.ts';
import { RESIZE } from './resize.ts';
import { RESIZE_BY_MATRIX } from './resize-by-matrix.ts';
import { SAME } from './same.ts';
import { SEQUENCES } from './sequences.ts';
import { SHAPES } from './shapes.ts';
import { SLICES } from './strided-slice.ts';
import { TRANSPOSED_CONVOLUTIONS } from './transposed-convolution.ts';

const FAMILIES: readonly Readonly<Record<string, Mapper>>[] = [
  SAME,
  ELEMENTWISE,
  FUNCTIONS,
  DIVISION,
  MATRICES,
  CONTRACTIONS,
  DIAGONALS,
  REDUCTIONS,
  SEQUENCES,
  SHAPES,
  FORMS,
  SLICES,
  PARTS,
  PARTITIONS,
  PIECES,
  INDEXING,
  CATEGORIES,
  IMAGES,
  TRANSPOSED_CONVOLUTIONS,
  RESIZE,
  RESIZE_BY_MATRIX,
  CROP,
  NON_MAX_SUPPRESSION,
  COMBINED_SUPPRESSION,
  BLOCKS,
  CONDITIONS,
  LOOPS,
  LISTS,
];

/** The mappers of all ops that are converted, by TensorFlow's names. */
export const MAPPERS: ReadonlyMap<string, Mapper> = new Map(
  FAMILIES.flatMap((family) => Object.entries(family)),
);
