import type { ErrorCode } from '@slipway/contract';
import type { Registry } from 'prom-client';
import type { AskedBy, Door, Question } from './asked-by.ts';
import { createHistograms, type Histogram, type HistogramOptions } from './histogram.ts';
import type { MetricValue, ReadMetric } from './registered.ts';
import type { ModelStatistics } from './statistics.ts';

/** Microseconds; the buckets of the stock server: 33 of them, from 10, each 1.8 times the one before. */
const LATENCY_BUCKETS = Array.from({ length: 33 }, (_, index) => 10 * 1.8 ** index);

const US_PER_MS = 1_000;

/** What ran for a request: where the stock server names a kind of its own runtime. */
type Runtime = 'ONNXRuntime' | 'EntryScript';

/** How long a request took, in milliseconds. */
interface TimesTaken {
  readonly totalMs: number;
  readonly runMs: number;
  /** True if a script ran, so that no engine did. */
  readonly isScript?: boolean | undefined;
}

/** How long requests and their runs took, under the names of TensorFlow Serving. */
export interface Latencies {
  observe(model: string, asked: AskedBy, times: TimesTaken): void;
}

/** Latencies that begin at zero. */
export function createLatencies(registry: Registry): Latencies {
  const requests = createLatency<Door>(registry, 'entrypoint', {
    name: ':tensorflow:serving:request_latency',
    help: 'Distribution of wall time (in microseconds) for Tensorflow Serving request.',
  });
  const runs = createLatency<Runtime>(registry, 'runtime', {
    name: ':tensorflow:serving:runtime_latency',
    help: 'Distribution of wall time (in microseconds) for Tensorflow runtime.',
  });
  return {
    observe(model, { door, question }, { totalMs, runMs, isScript }) {
      requests(model, question, door, totalMs);
      runs(model, question, isScript === true ? 'EntryScript' : 'ONNXRuntime', runMs);
    },
  };
}

/** Counts a latency in the histogram of its model, of what was asked, and of what the last label says. */
function createLatency<Last extends string>(
  registry: Registry,
  label: string,
  metric: Pick<HistogramOptions, 'name' | 'help'>,
): (model: string, question: Question, last: Last, ms: number) => void {
  const family = createHistograms({ ...metric, buckets: LATENCY_BUCKETS, registry });
  const begun: Record<Question, Map<string, Map<Last, Histogram>>> = {
    Predict: new Map(),
    Classify: new Map(),
    Regress: new Map(),
    MultiInference: new Map(),
  };

  function begin(model: string, question: Question, last: Last): Histogram {
    const histogram = family.add({ model_name: model, API: question, [label]: last });
    const ofModel = begun[question].get(model) ?? new Map<Last, Histogram>();
    begun[question].set(model, ofModel.set(last, histogram));
    return histogram;
  }

  return (model, question, last, ms) => {
    const histogram = begun[question].get(model)?.get(last) ?? begin(model, question, last);
    histogram.observe(ms * US_PER_MS);
  };
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
