import type { Metric, Registry } from 'prom-client';

/** How often values were seen, by size. */
export interface Histogram {
  observe(value: number): void;
}

export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds of the buckets, ascending; the one for all that is above comes by itself. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

/**
 * A histogram without labels. It counts in plain arrays and becomes the library's values only
 * when somebody asks: the library's own looks its labels up at every observation, which costs ten times as much.
 */
export function createHistogram(options: HistogramOptions): Histogram {
  const { name, help, registry } = options;
  const bounds = Float64Array.from(options.buckets);
  const counts = new Float64Array(bounds.length + 1);
  let sum = 0;

  const values = () => {
    let total = 0;
    const buckets = Array.from(counts, (count, index) => {
      total += count;
      return { metricName: `${name}_bucket`, labels: { le: bounds[index] ?? '+Inf' }, value: total };
    });
    const ends = [
      { metricName: `${name}_sum`, labels: {}, value: sum },
      { metricName: `${name}_count`, labels: {}, value: total },
    ];
    return [...buckets, ...ends];
  };
  const metric = {
    name,
    get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: values() }),
  };
  // The registry calls `get` alone, but its type knows only the library's own classes.
  registry.registerMetric(metric as unknown as Metric);

  return {
    observe(value) {
      let bucket = 0;
      while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket += 1;
      counts[bucket] = (counts[bucket] as number) + 1;
      sum += value;
    },
  };
}
