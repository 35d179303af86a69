import type {
  BatchStatistics,
  DurationStatistic,
  ModelStatistics,
} from '../../../../observability/statistics.ts';

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
