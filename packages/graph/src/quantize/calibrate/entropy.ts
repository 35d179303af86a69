import type { Range } from '../scales/parameters.ts';
import type { Calibrator } from './calibrator.ts';
import { countsBesideZero, edgeOf, type Histogram } from './histogram.ts';
import { histogramCalibrator, withinObserved } from './histogram-calibrator.ts';

/** Steps of a type of eight bits. */
const LEVELS = 255;

/** Ranges that are tried, each wider than the one before by the same part of the histogram. */
const CANDIDATES = 128;

/**
 * Cuts off where the distribution of what is left, in steps of eight bits, tells least less than that of all values: the
 * smallest Kullback-Leibler divergence, as in "8-bit Inference with TensorRT" (Migacz, 2017), with both signs.
 */
export function entropyCalibrator(): Calibrator {
  return histogramCalibrator(entropyRange);
}

function entropyRange(histogram: Histogram): Range {
  const { range } = histogram;
  if (range.min === range.max) return range;
  // A ReLU makes so many zeros that all other values would be given up to tell them from their neighbours.
  const counts = countsBesideZero(histogram);
  const middle = counts.length / 2;
  let best = { divergence: Number.POSITIVE_INFINITY, min: range.min, max: range.max };
  // From wide to narrow: of two that tell the same, the one that cuts off less.
  for (let candidate = CANDIDATES; candidate >= 1; candidate -= 1) {
    const half = (middle * candidate) / CANDIDATES;
    const [first, last] = seenWithin(counts, middle - half, middle + half);
    // Bins are finer than steps no longer: nothing would be told less.
    if (last - first < LEVELS) break;
    const divergence = divergenceOf(counts, first, last);
    if (divergence < best.divergence) {
      best = { divergence, min: edgeOf(histogram, first), max: edgeOf(histogram, last) };
    }
  }
  return withinObserved(best, histogram);
}

/** The bins from the first to behind the last one that has values, with zero among them. */
function seenWithin(counts: Float64Array, from: number, to: number): readonly [first: number, last: number] {
  const middle = counts.length / 2;
  let [first, last] = [from, to];
  while (first < middle && counts[first] === 0) first += 1;
  while (last > middle && counts[last - 1] === 0) last -= 1;
  return [first, last];
}

/** How much less the steps tell of the bins from `first` to `last`, into which all values beyond are put. */
function divergenceOf(counts: Float64Array, first: number, last: number): number {
  const inside = counts.slice(first, last);
  const all = inside.slice();
  const sum = (part: Float64Array): number => part.reduce((total, count) => total + count, 0);
  all[0] = (all[0] ?? 0) + sum(counts.subarray(0, first));
  all[all.length - 1] = (all.at(-1) ?? 0) + sum(counts.subarray(last));
  const told = inSteps(inside);
  const [total, totalTold] = [sum(all), sum(told)];
  if (total === 0 || totalTold === 0) return Number.POSITIVE_INFINITY;
  let divergence = 0;
  for (const [bin, count] of all.entries()) {
    if (count === 0) continue;
    const tells = told[bin] ?? 0;
    if (tells === 0) return Number.POSITIVE_INFINITY;
    divergence += (count / total) * Math.log((count / total) * (totalTold / tells));
  }
  return divergence;
}

/** Each step's values, spread evenly over those of its bins that had some. */
function inSteps(counts: Float64Array): Float64Array {
  const told = new Float64Array(counts.length);
  for (let step = 0; step < LEVELS; step += 1) {
    const from = Math.round((step * counts.length) / LEVELS);
    const to = Math.round(((step + 1) * counts.length) / LEVELS);
    const bins = counts.subarray(from, to);
    const seen = bins.reduce((number, count) => number + (count > 0 ? 1 : 0), 0);
    const each = seen === 0 ? 0 : bins.reduce((total, count) => total + count, 0) / seen;
    for (let bin = from; bin < to; bin += 1) told[bin] = (counts[bin] ?? 0) > 0 ? each : 0;
  }
  return told;
}
