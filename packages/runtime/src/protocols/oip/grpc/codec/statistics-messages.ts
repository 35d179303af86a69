import { message, nested, repeated, string, uint64 } from '../../../../protobuf/schema.ts';

/** Empty names mean all models, and all versions. */
export const MODEL_STATISTICS_REQUEST = message('inference.ModelStatisticsRequest', {
  name: string(1),
  version: string(2),
});

export const STATISTIC_DURATION = message('inference.StatisticDuration', { count: uint64(1), ns: uint64(2) });

export const INFER_STATISTICS = message('inference.InferStatistics', {
  success: nested(1, STATISTIC_DURATION),
  fail: nested(2, STATISTIC_DURATION),
  queue: nested(3, STATISTIC_DURATION),
  computeInput: nested(4, STATISTIC_DURATION),
  computeInfer: nested(5, STATISTIC_DURATION),
  computeOutput: nested(6, STATISTIC_DURATION),
  cacheHit: nested(7, STATISTIC_DURATION),
  cacheMiss: nested(8, STATISTIC_DURATION),
});

export const INFER_BATCH_STATISTICS = message('inference.InferBatchStatistics', {
  batchSize: uint64(1),
  computeInput: nested(2, STATISTIC_DURATION),
  computeInfer: nested(3, STATISTIC_DURATION),
  computeOutput: nested(4, STATISTIC_DURATION),
});

export const MODEL_STATISTICS = message('inference.ModelStatistics', {
  name: string(1),
  version: string(2),
  lastInference: uint64(3),
  inferenceCount: uint64(4),
  executionCount: uint64(5),
  inferenceStats: nested(6, INFER_STATISTICS),
  batchStats: repeated(nested(7, INFER_BATCH_STATISTICS)),
});

export const MODEL_STATISTICS_RESPONSE = message('inference.ModelStatisticsResponse', {
  modelStats: repeated(nested(1, MODEL_STATISTICS)),
});
