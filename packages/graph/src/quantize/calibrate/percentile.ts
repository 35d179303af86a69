import { GraphError } from '../../graph-error.ts';
import type { Range } from '../scales/parameters.ts';
import type { Calibrator } from './calibrator.ts';
import { edgeOf, type Histogram } from './histogram.ts';
import { histogramCalibrator, withinObserved } from './histogram-calibrator.ts';

/** Of 100 values, the share that a range holds: outliers beyond it are rare enough to be cut off. */
export const DEFAULT_PERCENT = 99.99;

/**
 * Keeps a share of all values, in percent, and cuts off as many below it as above it, to the width of a bin. Throws
 * `invalid_argument` for a share that is not above 0 and at most 100.
 */
export function percentileCalibrator(percent: number = DEFAULT_PERCENT): Calibrator {
  if (!(percent > 0 && percent <= 100)) {
    throw new GraphError(
      'invalid_argument',
      `A share of ${percent} % cannot be kept: ask for more than 0, up to 100.`,
    );
  }
  return histogramCalibrator((histogram) => percentileRange(histogram, percent));
}

function percentileRange(histogram: Histogram, percent: number): Range {
  const { counts } = histogram;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const cut = (total * (1 - percent / 100)) / 2;
  const first = binBeyond(counts, cut);
  const last = counts.length - 1 - binBeyond(counts.toReversed(), cut);
  return withinObserved({ min: edgeOf(histogram, first), max: edgeOf(histogram, last + 1) }, histogram);
}

/** The first bin with which more values than the cut have been passed. */
function binBeyond(counts: Float64Array, cut: number): number {
  let passed = 0;
  return counts.findIndex((count) => {
    passed += count;
    return passed > cut;
  });
}
