/** How many requests took how long, by upper bound in seconds, each bound with all below it, as Prometheus has it. */
export type Histogram = ReadonlyMap<number, number>;

const BUCKET = /^slipway_overhead_duration_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm;

/** A replica's histogram of the time that it itself added, read from its `/metrics`. */
export function parseOwnTime(metrics: string): Histogram {
  return new Map(
    Array.from(metrics.matchAll(BUCKET), ([, bound = '', count = '']) => [
      bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound),
      Number(count),
    ]),
  );
}

/**
 * The median, in microseconds, of what was counted between two looks; within a bucket on a straight line, as
 * Prometheus' `histogram_quantile` has it. NaN if nothing was.
 */
export function medianBetween(before: Histogram, after: Histogram): number {
  const counts = Array.from(after, ([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const);
  const half = (counts.at(-1)?.[1] ?? 0) / 2;
  let [lowerBound, lowerCount] = [0, 0];
  for (const [bound, count] of counts) {
    if (half > 0 && count >= half) {
      return (lowerBound + (bound - lowerBound) * ((half - lowerCount) / (count - lowerCount))) * 1e6;
    }
    [lowerBound, lowerCount] = [bound, count];
  }
  return Number.NaN;
}
