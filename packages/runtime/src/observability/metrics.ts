import type { ErrorCode, LoadedModel } from '@slipway/contract';
import { Counter, Gauge, Registry } from 'prom-client';
import type { CollectedCounts } from '../collection/collection.ts';
import type { InferTiming } from '../data-plane/data-plane.ts';
import { totalLoad, type VersionLoad } from '../data-plane/version-load.ts';
import type { AskedBy } from './asked-by.ts';
import { createHistogram, createHistograms } from './histogram.ts';
import { modelMetrics } from './model-metrics.ts';
import { createPerVersion, type VersionName } from './per-version.ts';
import { queueMetrics } from './queue-metrics.ts';
import { register } from './registered.ts';
import type { Statistics } from './statistics.ts';
import { createLatencies, tfservingMetrics } from './tfserving-metrics.ts';
import type { SpanCounts } from './tracing.ts';
import { tritonMetrics } from './triton-metrics.ts';

/** Seconds; from a tenth of a millisecond, which a small model takes, to the longest scoring timeout. */
const TIME_BUCKETS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/** Seconds; fine where the time that the server itself adds lies. */
const OVERHEAD_BUCKETS = [
  0.00002, 0.00003, 0.00004, 0.00005, 0.00006, 0.00008, 0.0001, 0.00012, 0.00015, 0.0002, 0.00025, 0.0003,
  0.0004, 0.0005, 0.00075, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25,
];

const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64];

/** Where the time of a request went, in milliseconds. */
export interface ScoredTimes extends InferTiming {
  /** From its head to its answer. */
  readonly totalMs: number;
  /** What of that was neither receiving its body, nor waiting, nor running. */
  readonly ownMs: number;
  /** True if a script ran, so that no engine did. */
  readonly isScript?: boolean | undefined;
}

/** What a replica tells Prometheus of itself. */
export interface Metrics {
  /** A request was answered. */
  answered(status: number): void;
  /** A request failed with this code. */
  failed(code: ErrorCode): void;
  /** A request was scored. */
  scored(model: VersionName, asked: AskedBy, times: ScoredTimes): void;
  loaded(models: readonly LoadedModel[]): void;
  /** All of it in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** What is asked at every scrape, and how. */
export interface MetricSources {
  readonly loads: () => readonly VersionLoad[];
  readonly statistics: Pick<Statistics, 'of' | 'all'>;
  /** What became of spans, where requests are traced. */
  readonly spans: () => SpanCounts | undefined;
  /** What became of records, where inputs and outputs are collected. */
  readonly collected?: (() => CollectedCounts | undefined) | undefined;
  /** Memory of the processes that run a script, in bytes. */
  readonly workerBytes?: (() => readonly number[]) | undefined;
  /** The status that TensorFlow Serving has for an error. */
  readonly tfservingStatus: (code: ErrorCode) => string;
}

/** Metrics that begin at zero. */
export function createMetrics({
  loads,
  statistics,
  spans,
  collected,
  workerBytes,
  tfservingStatus,
}: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const histograms = (name: string, help: string, buckets: readonly number[]) =>
    createHistograms({ name, help, buckets, registry });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });

  const answers = new Map<number, number>();
  new Counter({
    name: 'slipway_requests_total',
    help: 'Requests that were answered, by status.',
    labelNames: ['status'],
    registers,
    collect() {
      this.reset();
      for (const [status, count] of answers) this.inc({ status }, count);
    },
  });
  const errors = new Counter({
    name: 'slipway_errors_total',
    help: 'Requests that failed, by error code.',
    labelNames: ['code'],
    registers,
  });
  const total = histograms(
    'slipway_request_duration_seconds',
    'From head to answer of a scored request.',
    TIME_BUCKETS,
  );
  const queue = histograms('slipway_queue_duration_seconds', 'Waiting for a turn to run.', TIME_BUCKETS);
  const run = histograms('slipway_run_duration_seconds', 'Running the model.', TIME_BUCKETS);
  const batch = histograms('slipway_batch_size', 'Requests that shared a run.', BATCH_BUCKETS);
  const latencies = createLatencies(registry);
  const perVersion = createPerVersion(({ name, version }) => {
    const labels = { model: name, version };
    return {
      total: total.add(labels),
      queue: queue.add(labels),
      run: run.add(labels),
      batch: batch.add(labels),
    };
  });
  const own = createHistogram({
    name: 'slipway_overhead_duration_seconds',
    help: 'What the server itself adds to a scored request: neither receiving the body, nor waiting, nor running.',
    buckets: OVERHEAD_BUCKETS,
    registry,
  });
  for (const metric of [
    ...modelMetrics(statistics.all),
    ...tritonMetrics(statistics.all),
    ...tfservingMetrics(statistics.all, tfservingStatus),
    ...queueMetrics(statistics.all, loads),
  ]) {
    register(registry, metric);
  }
  register(registry, {
    name: 'slipway_trace_spans_total',
    help: 'Spans of traced requests, by what became of them.',
    type: 'counter',
    values: () => Object.entries(spans() ?? {}).map(([result, value]) => ({ labels: { result }, value })),
  });
  register(registry, {
    name: 'slipway_collected_total',
    help: 'Records of inputs and outputs that were written, where they are collected.',
    type: 'counter',
    values: () => [collected?.()].flatMap((told) => (told ? [{ labels: {}, value: told.written }] : [])),
  });
  register(registry, {
    name: 'slipway_collected_dropped_total',
    help: 'Records of inputs and outputs that were not written: too many waited (buffer), the disk refused them (disk), the size limit was reached (limit), a script handed over no rows (data).',
    type: 'counter',
    values: () =>
      Object.entries(collected?.()?.dropped ?? {}).map(([reason, value]) => ({ labels: { reason }, value })),
  });
  register(registry, {
    name: 'slipway_script_worker_memory_bytes',
    help: 'Resident memory of each process that runs the script; threads share that of the replica.',
    type: 'gauge',
    values: () => (workerBytes?.() ?? []).map((value, worker) => ({ labels: { worker }, value })),
  });
  const loadTime = new Gauge({
    name: 'slipway_model_load_seconds',
    help: 'Loading a model until it could run.',
    labelNames: ['model', 'version'],
    registers,
  });
  gauge('slipway_in_flight', 'Requests that run now.', () => totalLoad(loads()).inFlight);
  gauge('slipway_queued', 'Requests that wait now.', () => totalLoad(loads()).queued);
  gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', () => process.memoryUsage.rss());

  return {
    answered: (status) => answers.set(status, (answers.get(status) ?? 0) + 1),
    failed: (code) => errors.inc({ code }),
    scored: (model, asked, times) => {
      const { totalMs, ownMs, queueMs, runMs, batchSize } = times;
      const version = perVersion.of(model);
      version.total.observe(totalMs / 1000);
      version.queue.observe(queueMs / 1000);
      version.run.observe(runMs / 1000);
      version.batch.observe(batchSize);
      latencies.observe(model.name, asked, times);
      own.observe(Math.max(0, ownMs) / 1000);
    },
    loaded: (models) => {
      for (const model of models) {
        // A version of which nothing was asked yet is told as zero, so that its first request is seen as a change.
        perVersion.of(model);
        statistics.of(model);
        loadTime.set({ model: model.name, version: model.version }, model.loadMs / 1000);
      }
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
