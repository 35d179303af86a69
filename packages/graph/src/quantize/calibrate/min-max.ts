import type { Range } from '../scales/parameters.ts';
import { type Calibrator, rangeOfValues, unionOf } from './calibrator.ts';

/** Keeps all values: from the smallest that was observed to the largest. */
export function minMaxCalibrator(): Calibrator {
  const ranges = new Map<string, Range>();
  return {
    observe(tensor, values) {
      const range = rangeOfValues(tensor, values);
      if (range !== undefined) ranges.set(tensor, unionOf(range, ranges.get(tensor)));
    },
    ranges: () => new Map(ranges),
  };
}
