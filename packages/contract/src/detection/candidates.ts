import type { Floats } from './ssd-outputs.ts';

/** An anchor that may hold something of a class. */
export interface Candidate {
  /** Its place among the anchors. */
  readonly anchor: number;
  /** From 1 up: 0 is the background. */
  readonly classIndex: number;
  /** The class's probability, from 0 to 1. */
  readonly score: number;
}

/**
 * Every pair of anchor and class whose score lies above the threshold, in the order of the logits, [anchors, classes]. One
 * anchor may give several classes.
 */
export function candidatesOf(logits: Floats, classes: number, threshold: number): Candidate[] {
  const found: Candidate[] = [];
  const scores = new Float64Array(classes);
  for (let at = 0, anchor = 0; at < logits.length; at += classes, anchor += 1) {
    softmax(logits, at, scores);
    for (let classIndex = 1; classIndex < classes; classIndex += 1) {
      const score = scores[classIndex] ?? 0;
      if (score > threshold) found.push({ anchor, classIndex, score });
    }
  }
  return found;
}

/** Writes the softmax of the logits from `at` on. The largest is taken off first, so that no exponential overflows. */
function softmax(logits: Floats, at: number, scores: Float64Array): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < scores.length; index += 1)
    largest = Math.max(largest, logits[at + index] ?? Number.NaN);
  let sum = 0;
  for (let index = 0; index < scores.length; index += 1) {
    const power = Math.exp((logits[at + index] ?? Number.NaN) - largest);
    scores[index] = power;
    sum += power;
  }
  for (let index = 0; index < scores.length; index += 1) scores[index] = (scores[index] ?? 0) / sum;
}
