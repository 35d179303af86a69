import type { ErrorCode } from '@slipway/contract';
import type { InferTiming } from '../data-plane/data-plane.ts';
import { createPerVersion, type VersionName } from './per-version.ts';

/** How often something happened and how long it took in all. Nanoseconds are exact for the first hundred days. */
export interface DurationStatistic {
  readonly count: number;
  readonly ns: number;
}

/** The statistics of one version of a model, as the Open Inference protocols tell them. */
export interface ModelStatistics {
  readonly name: string;
  readonly version: string;
  /** Milliseconds since 1970 at the last request; 0: there was none. */
  readonly lastInference: number;
  /** Rows that were inferred. */
  readonly inferenceCount: number;
  /** Runs, each of which may have served many requests. */
  readonly executionCount: number;
  /** Requests that wait or run now. */
  readonly inFlight: number;
  readonly success: DurationStatistic;
  readonly fail: DurationStatistic;
  /** Those that failed, by what their errors were. */
  readonly failures: ReadonlyMap<ErrorCode, number>;
  readonly queue: DurationStatistic;
  readonly computeInput: DurationStatistic;
  readonly computeInfer: DurationStatistic;
  readonly computeOutput: DurationStatistic;
  readonly batches: readonly BatchStatistics[];
}

/** The runs of one batch size, which is the number of requests that shared them. */
export interface BatchStatistics {
  readonly batchSize: number;
  readonly computeInput: DurationStatistic;
  readonly computeInfer: DurationStatistic;
  readonly computeOutput: DurationStatistic;
}

/** A request that a model answered; times in milliseconds. */
export interface Inference {
  readonly rows: number;
  readonly timing: InferTiming;
  /** Making tensors of its body, and a body of its outputs. */
  readonly decodeMs: number;
  readonly encodeMs: number;
  /** From its head to its answer. */
  readonly totalMs: number;
}

/** What happened to the requests for each version of each model since the replica started. */
export interface Statistics {
  /** A request went to the model; `succeeded` or `failed` says its end. */
  begun(model: VersionName): void;
  succeeded(model: VersionName, inference: Inference): void;
  failed(model: VersionName, code: ErrorCode, ms: number): void;
  /** Those of one version; all zero if nothing has happened yet. */
  of(model: VersionName): ModelStatistics;
  /** Those of every version that anything was asked or told of. */
  all(): readonly ModelStatistics[];
}

/** Sums of one version; times in milliseconds. */
interface Tally {
  lastInference: number;
  begun: number;
  rows: number;
  successes: number;
  successMs: number;
  failureMs: number;
  readonly failures: Map<ErrorCode, number>;
  queueMs: number;
  /** By the number of requests that shared a run. */
  readonly batches: Map<number, BatchTally>;
}

interface BatchTally {
  requests: number;
  decodeMs: number;
  runMs: number;
  encodeMs: number;
}

/** Statistics that begin at zero. */
export function createStatistics(): Statistics {
  const tallies = createPerVersion(emptyTally);

  return {
    begun(model) {
      tallies.of(model).begun += 1;
    },
    succeeded(model, { rows, timing, decodeMs, encodeMs, totalMs }) {
      const tally = tallies.of(model);
      tally.lastInference = Date.now();
      tally.rows += rows;
      tally.successes += 1;
      tally.successMs += totalMs;
      tally.queueMs += timing.queueMs;
      const batch = batchOf(tally, timing.batchSize);
      batch.requests += 1;
      batch.decodeMs += decodeMs;
      batch.runMs += timing.runMs;
      batch.encodeMs += encodeMs;
    },
    failed(model, code, ms) {
      const tally = tallies.of(model);
      tally.failures.set(code, (tally.failures.get(code) ?? 0) + 1);
      tally.failureMs += ms;
    },
    of: (model) => summarize(model, tallies.of(model)),
    all: () => tallies.all().map(([model, tally]) => summarize(model, tally)),
  };
}

function emptyTally(): Tally {
  return {
    lastInference: 0,
    begun: 0,
    rows: 0,
    successes: 0,
    successMs: 0,
    failureMs: 0,
    failures: new Map(),
    queueMs: 0,
    batches: new Map(),
  };
}

function batchOf({ batches }: Tally, size: number): BatchTally {
  const found = batches.get(size);
  if (found !== undefined) return found;
  const batch = { requests: 0, decodeMs: 0, runMs: 0, encodeMs: 0 };
  batches.set(size, batch);
  return batch;
}

function summarize({ name, version }: VersionName, tally: Tally): ModelStatistics {
  const sizes = [...tally.batches].sort(([one], [other]) => one - other);
  const batches = sizes.map(([size, batch]) => summarizeBatch(size, batch));
  const sum = (key: 'decodeMs' | 'runMs' | 'encodeMs') =>
    sizes.reduce((total, [, batch]) => total + batch[key], 0);
  const each = (ms: number) => duration(tally.successes, ms);
  const failed = [...tally.failures.values()].reduce((total, count) => total + count, 0);
  return {
    name,
    version: String(version),
    lastInference: tally.lastInference,
    inferenceCount: tally.rows,
    executionCount: batches.reduce((total, batch) => total + batch.computeInfer.count, 0),
    inFlight: tally.begun - tally.successes - failed,
    success: each(tally.successMs),
    fail: duration(failed, tally.failureMs),
    failures: new Map(tally.failures),
    queue: each(tally.queueMs),
    computeInput: each(sum('decodeMs')),
    computeInfer: each(sum('runMs')),
    computeOutput: each(sum('encodeMs')),
    batches,
  };
}

/** Every request of a shared run was told of all of it, so the run is counted once for so many requests. */
function summarizeBatch(
  batchSize: number,
  { requests, decodeMs, runMs, encodeMs }: BatchTally,
): BatchStatistics {
  const runs = Math.ceil(requests / batchSize);
  return {
    batchSize,
    computeInput: duration(runs, decodeMs),
    computeInfer: duration(runs, runMs / batchSize),
    computeOutput: duration(runs, encodeMs),
  };
}

function duration(count: number, ms: number): DurationStatistic {
  return { count, ns: ms * 1_000_000 };
}
