import type { Metric, Registry } from 'prom-client';

/** Labels of a value, and what they say. */
export type Labels = Readonly<Record<string, string | number>>;

export interface MetricValue {
  /** Absent: the name of the metric itself. */
  readonly metricName?: string;
  readonly labels: Labels;
  readonly value: number;
}

/** A metric whose values are counted elsewhere, in plain variables, and read when somebody asks. */
export interface ReadMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly values: () => readonly MetricValue[];
}

/** Adds a metric to those that a registry tells. */
export function register(registry: Registry, { name, help, type, values }: ReadMetric): void {
  const metric = { name, get: async () => ({ name, help, type, aggregator: 'sum', values: values() }) };
  // The registry calls `get` alone, but its type knows only the library's own classes.
  registry.registerMetric(metric as unknown as Metric);
}
