import type { Range } from '../scales/parameters.ts';
import { type Calibrator, rangeOfValues } from './calibrator.ts';
import { type Histogram, observeValues } from './histogram.ts';

/** Keeps a histogram of each tensor, of which `choose` makes a range in the end. */
export function histogramCalibrator(choose: (histogram: Histogram) => Range): Calibrator {
  const histograms = new Map<string, Histogram>();
  return {
    observe(tensor, values) {
      const range = rangeOfValues(tensor, values);
      if (range !== undefined) histograms.set(tensor, observeValues(histograms.get(tensor), values, range));
    },
    ranges: () => new Map([...histograms].map(([tensor, histogram]) => [tensor, choose(histogram)])),
  };
}

/** A range that was chosen by bins, no wider than the values were. */
export function withinObserved({ min, max }: Range, { range }: Histogram): Range {
  return { min: Math.max(min, range.min), max: Math.min(max, range.max) };
}
