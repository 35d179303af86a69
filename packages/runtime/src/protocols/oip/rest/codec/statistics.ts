/** How often something happened and how long it took in all. Nanoseconds are exact for the first hundred days. */
export interface DurationStatistic {
  readonly count: number;
  readonly ns: number;
}

/** The statistics of one version of a model. */
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

/** The runs of one batch size. */
export interface BatchStatistics {
  readonly batchSize: number;
  readonly computeInput: DurationStatistic;
  readonly computeInfer: DurationStatistic;
  readonly computeOutput: DurationStatistic;
}

/** Answers are not cached, so the cache has neither hits nor misses. */
const NEVER: DurationStatistic = { count: 0, ns: 0 };

/** The body of `GET /v2/models/stats` and of its forms for one model. */
export function encodeStatistics(models: readonly ModelStatistics[]): string {
  return JSON.stringify({ model_stats: models.map(describeModel) });
}

function describeModel(model: ModelStatistics): object {
  return {
    name: model.name,
    version: model.version,
    last_inference: model.lastInference,
    inference_count: model.inferenceCount,
    execution_count: model.executionCount,
    inference_stats: {
      success: duration(model.success),
      fail: duration(model.fail),
      queue: duration(model.queue),
      compute_input: duration(model.computeInput),
      compute_infer: duration(model.computeInfer),
      compute_output: duration(model.computeOutput),
      cache_hit: NEVER,
      cache_miss: NEVER,
    },
    batch_stats: model.batches.map(describeBatch),
  };
}

function describeBatch(batch: BatchStatistics): object {
  return {
    batch_size: batch.batchSize,
    compute_input: duration(batch.computeInput),
    compute_infer: duration(batch.computeInfer),
    compute_output: duration(batch.computeOutput),
  };
}

function duration({ count, ns }: DurationStatistic): DurationStatistic {
  return { count, ns: Math.round(ns) };
}
