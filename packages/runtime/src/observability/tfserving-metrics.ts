import type { ErrorCode } from '@slipway/contract';
import type { Registry } from 'prom-client';
import type { AskedBy } from './asked-by.ts';
import { createHistograms, type Histogram } from './histogram.ts';
import type { MetricValue, ReadMetric } from './registered.ts';
import type { ModelStatistics } from './statistics.ts';

/** Microseconds; the buckets of the stock server: 33 of them, from 10, each 1.8 times the one before. */
const LATENCY_BUCKETS = Array.from({ length: 33 }, (_, index) => 10 * 1.8 ** index);

const US_PER_MS = 1_000;

/** How long requests took, under the name of TensorFlow Serving. */
export interface Latencies {
  observe(model: string, asked: AskedBy, ms: number): void;
}

/** Latencies that begin at zero. */
export function createLatencies(registry: Registry): Latencies {
  const family = createHistograms({
    name: ':tensorflow:serving:request_latency',
    help: 'Distribution of wall time (in microseconds) for Tensorflow Serving request.',
    buckets: LATENCY_BUCKETS,
    registry,
  });
  const begun = { REST: questions(), GRPC: questions() };

  function begin(model: string, { door, question }: AskedBy): Histogram {
    const histogram = family.add({ model_name: model, API: question, entrypoint: door });
    begun[door][question].set(model, histogram);
    return histogram;
  }

  return {
    observe(model, asked, ms) {
      const histogram = begun[asked.door][asked.question].get(model) ?? begin(model, asked);
      histogram.observe(ms * US_PER_MS);
    },
  };
}

function questions(): Readonly<Record<AskedBy['question'], Map<string, Histogram>>> {
  return { Predict: new Map(), Classify: new Map(), Regress: new Map(), MultiInference: new Map() };
}

/** The statistics under the names of TensorFlow Serving, which knows no versions here: those of a model are one. */
export function tfservingMetrics(
  all: () => readonly ModelStatistics[],
  statusOf: (code: ErrorCode) => string,
): readonly ReadMetric[] {
  return [
    {
      name: ':tensorflow:serving:request_count',
      help: 'The total number of requests.',
      type: 'counter',
      values: () => [...countStatuses(all(), statusOf).values()],
    },
  ];
}

function countStatuses(
  all: readonly ModelStatistics[],
  statusOf: (code: ErrorCode) => string,
): ReadonlyMap<string, MetricValue> {
  const counts = new Map<string, MetricValue>();
  const add = (model: string, status: string, count: number) => {
    const key = `${status} ${model}`;
    const value = (counts.get(key)?.value ?? 0) + count;
    counts.set(key, { labels: { model_name: model, status }, value });
  };
  for (const { name, success, failures } of all) {
    add(name, 'OK', success.count);
    for (const [code, count] of failures) add(name, statusOf(code), count);
  }
  return counts;
}
