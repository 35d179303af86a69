import type { Range } from '../scales/parameters.ts';

/** How often values were seen, in bins of one width around zero. */
export interface Histogram {
  /** Values from `-limit` to `limit` are in the bins. */
  readonly limit: number;
  readonly counts: Float64Array;
  /** Of them, those that are exactly zero. */
  readonly zeros: number;
  readonly range: Range;
}

/** Even, so that zero is between two bins; half as many still tell 0.1 % of the range apart. */
const BINS = 4096;

/** Adds values to a histogram; one that grows beyond it makes bins twice as wide, as often as needed. `range` is theirs. */
export function observeValues(known: Histogram | undefined, values: Float32Array, range: Range): Histogram {
  const largest = Math.max(Math.abs(range.min), Math.abs(range.max));
  let { limit, counts } = known ?? { limit: 0, counts: new Float64Array(BINS) };
  if (limit === 0 && largest > 0) {
    // Until now, all was zero; zero has one bin whatever the width.
    limit = largest;
  }
  for (; limit < largest; limit *= 2) counts = halved(counts);
  const added = counts.slice();
  let zeros = known?.zeros ?? 0;
  const perUnit = limit === 0 ? 0 : BINS / 2 / limit;
  // By index: a network makes tens of millions of values a sample.
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as number;
    const bin = Math.min(BINS - 1, Math.max(0, BINS / 2 + Math.floor(value * perUnit)));
    added[bin] = (added[bin] ?? 0) + 1;
    if (value === 0) zeros += 1;
  }
  const min = Math.min(range.min, known?.range.min ?? range.min);
  const max = Math.max(range.max, known?.range.max ?? range.max);
  return { limit, counts: added, zeros, range: { min, max } };
}

/** The same counts in bins of twice the width. */
function halved(counts: Float64Array): Float64Array {
  const wider = new Float64Array(counts.length);
  for (const [bin, count] of counts.entries()) {
    const into = Math.floor(bin / 2) + counts.length / 4;
    wider[into] = (wider[into] ?? 0) + count;
  }
  return wider;
}

/** The counts of values that are not exactly zero, which every scale holds exactly. */
export function countsBesideZero({ counts, zeros }: Histogram): Float64Array {
  const beside = counts.slice();
  beside[BINS / 2] = (beside[BINS / 2] ?? 0) - zeros;
  return beside;
}

/** Where a bin begins; the number of bins is where the last one ends. */
export function edgeOf({ limit, counts }: Histogram, bin: number): number {
  return ((bin - counts.length / 2) * limit) / (counts.length / 2);
}
