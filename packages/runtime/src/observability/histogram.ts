import type { Registry } from 'prom-client';
import { type Labels, type MetricValue, register } from './registered.ts';

/** How often values were seen, by size. */
export interface Histogram {
  observe(value: number): void;
}

/** Histograms of one name, told apart by labels. */
export interface HistogramFamily {
  /** Begins one at zero; each set of labels once. */
  add(labels: Labels): Histogram;
}

export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds of the buckets, ascending; the one for all that is above comes by itself. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

/** A histogram without labels. */
export function createHistogram(options: HistogramOptions): Histogram {
  return createHistograms(options).add({});
}

/**
 * Histograms that count in plain arrays and become the library's values only when somebody asks: the library's own
 * look their labels up at every observation, which costs ten times as much.
 */
export function createHistograms({ name, help, buckets, registry }: HistogramOptions): HistogramFamily {
  const bounds = Float64Array.from(buckets);
  const tallies: Tally[] = [];
  const values = () => tallies.flatMap((tally) => valuesOf(name, bounds, tally));
  register(registry, { name, help, type: 'histogram', values });

  return {
    add(labels) {
      const tally = { labels, counts: new Float64Array(bounds.length + 1), sum: 0 };
      tallies.push(tally);
      return { observe: (value) => count(tally, bounds, value) };
    },
  };
}

interface Tally {
  readonly labels: Labels;
  /** Values in each bucket alone, and last those above all bounds. */
  readonly counts: Float64Array;
  sum: number;
}

function count(tally: Tally, bounds: Float64Array, value: number): void {
  let bucket = 0;
  while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket += 1;
  tally.counts[bucket] = (tally.counts[bucket] as number) + 1;
  tally.sum += value;
}

/** Prometheus wants in each bucket all that is not above its bound. */
function valuesOf(name: string, bounds: Float64Array, { labels, counts, sum }: Tally): MetricValue[] {
  let total = 0;
  const buckets = Array.from(counts, (inBucket, index) => {
    total += inBucket;
    const le = bounds[index] ?? '+Inf';
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ];
}
