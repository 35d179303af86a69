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

/** More than logarithm and exponential are off by, so that no class at the threshold is left out. */
const ROUNDING = 1e-9;

/**
 * Every pair of anchor and class whose score lies above the threshold, in the order of the logits, [anchors, classes]. One
 * anchor may give several classes.
 */
export function candidatesOf(logits: Floats, classes: number, threshold: number): Candidate[] {
  const found: Candidate[] = [];
  const scores = new Float64Array(classes);
  // A class has at most exp(logit - largest), so that most anchors are the background's without any exponential.
  const least = Math.log(threshold) - ROUNDING;
  for (let at = 0, anchor = 0; at < logits.length; at += classes, anchor += 1) {
    const best = largestOf(logits, at + 1, at + classes);
    const largest = Math.max(best, logits[at] as number);
    if (best - largest < least) continue;
    softmax(logits, at, largest, scores);
    for (let classIndex = 1; classIndex < classes; classIndex += 1) {
      const score = scores[classIndex] ?? 0;
      if (score > threshold) found.push({ anchor, classIndex, score });
    }
  }
  return found;
}

function largestOf(logits: Floats, from: number, until: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = from; index < until; index += 1) {
    const logit = logits[index] as number;
    if (logit > largest) largest = logit;
  }
  return largest;
}

/** Writes the softmax of the logits from `at` on. The largest is taken off first, so that no exponential overflows. */
function softmax(logits: Floats, at: number, largest: number, scores: Float64Array): void {
  let sum = 0;
  for (let index = 0; index < scores.length; index += 1) {
    const power = Math.exp((logits[at + index] as number) - largest);
    scores[index] = power;
    sum += power;
  }
  for (let index = 0; index < scores.length; index += 1) scores[index] = (scores[index] as number) / sum;
}
