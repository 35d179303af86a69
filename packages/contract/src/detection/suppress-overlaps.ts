import { type Box, overlapOf } from './boxes.ts';

/** What suppression must know of a detection. */
export interface ScoredBox {
  readonly classIndex: number;
  readonly box: Box;
}

/**
 * Greedy non-maximum suppression of boxes that stand best first: a box goes whose overlap with a better one of its class,
 * which stays, is the threshold or more. The others keep their order.
 */
export function suppressOverlaps<Found extends ScoredBox>(
  sorted: readonly Found[],
  threshold: number,
): readonly Found[] {
  const kept: Found[] = [];
  for (const found of sorted) {
    const isCovered = kept.some(({ classIndex, box }) => {
      return classIndex === found.classIndex && overlapOf(box, found.box) >= threshold;
    });
    if (!isCovered) kept.push(found);
  }
  return kept;
}
