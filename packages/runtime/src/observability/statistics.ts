import type { LoadedModel } from '@slipway/contract';
import type { InferTiming } from '../data-plane/data-plane.ts';

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
  readonly success: DurationStatistic;
  readonly fail: DurationStatistic;
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
  succeeded(model: LoadedModel, inference: Inference): void;
  failed(model: LoadedModel, ms: number): void;
  /** Those of one version; all zero if nothing has happened yet. */
  of(model: Pick<LoadedModel, 'name' | 'version'>): ModelStatistics;
}

/** Sums of one version; times in milliseconds. */
interface Tally {
  lastInference: number;
  rows: number;
  successes: number;
  successMs: number;
  failures: number;
  failureMs: number;
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

type Versions = Map<number, Tally>;

/** Statistics that begin at zero. Versions that are unloaded keep theirs, as Prometheus keeps its counters. */
export function createStatistics(): Statistics {
  const models = new Map<string, Versions>();

  function tallyOf({ name, version }: Pick<LoadedModel, 'name' | 'version'>): Tally {
    const versions = getOrMake(models, name, newVersions);
    return getOrMake(versions, version, emptyTally);
  }

  return {
    succeeded(model, { rows, timing, decodeMs, encodeMs, totalMs }) {
      const tally = tallyOf(model);
      tally.lastInference = Date.now();
      tally.rows += rows;
      tally.successes += 1;
      tally.successMs += totalMs;
      tally.queueMs += timing.queueMs;
      const batch = getOrMake(tally.batches, timing.batchSize, emptyBatch);
      batch.requests += 1;
      batch.decodeMs += decodeMs;
      batch.runMs += timing.runMs;
      batch.encodeMs += encodeMs;
    },
    failed(model, ms) {
      const tally = tallyOf(model);
      tally.failures += 1;
      tally.failureMs += ms;
    },
    of: (model) => summarize(model, tallyOf(model)),
  };
}

function emptyTally(): Tally {
  return {
    lastInference: 0,
    rows: 0,
    successes: 0,
    successMs: 0,
    failures: 0,
    failureMs: 0,
    queueMs: 0,
    batches: new Map(),
  };
}

function emptyBatch(): BatchTally {
  return { requests: 0, decodeMs: 0, runMs: 0, encodeMs: 0 };
}

function newVersions(): Versions {
  return new Map();
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

function summarize({ name, version }: Pick<LoadedModel, 'name' | 'version'>, tally: Tally): ModelStatistics {
  const sizes = [...tally.batches].sort(([one], [other]) => one - other);
  const batches = sizes.map(([size, batch]) => summarizeBatch(size, batch));
  const sum = (key: 'decodeMs' | 'runMs' | 'encodeMs') =>
    sizes.reduce((total, [, batch]) => total + batch[key], 0);
  const each = (ms: number) => duration(tally.successes, ms);
  return {
    name,
    version: String(version),
    lastInference: tally.lastInference,
    inferenceCount: tally.rows,
    executionCount: batches.reduce((total, batch) => total + batch.computeInfer.count, 0),
    success: each(tally.successMs),
    fail: duration(tally.failures, tally.failureMs),
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
