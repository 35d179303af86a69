/** Seconds of parts of some work, and of all of it; to the millisecond. */
export interface Stopwatch {
  /** Since the last lap, or the beginning. */
  lap(): number;
  total(): number;
}

export function createStopwatch(): Stopwatch {
  const begin = performance.now();
  let last = begin;
  return {
    lap() {
      const before = last;
      last = performance.now();
      return seconds(last - before);
    },
    total: () => seconds(performance.now() - begin),
  };
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}
