import type { Datatype, TensorSpec } from '@slipway/contract';
import type {
  BatchStatistics,
  DurationStatistic,
  ModelStatistics,
} from '../../../../observability/statistics.ts';
import { encodeMessage } from '../../../../protobuf/encode.ts';
import type { MessageInit } from '../../../../protobuf/schema.ts';
import type { EncodedMessage } from '../../../../protobuf/writer.ts';
import { openSizes } from '../../check-inputs.ts';
import {
  type IndexEntry,
  type ModelConfig,
  type ModelMetadata,
  PROVIDERS_PARAMETER,
} from '../../describe.ts';
import { type DATA_TYPE, MODEL_CONFIG_RESPONSE } from './config-messages.ts';
import { REPOSITORY_INDEX_RESPONSE } from './repository-messages.ts';
import { MODEL_METADATA_RESPONSE } from './server-messages.ts';
import {
  type INFER_BATCH_STATISTICS,
  type MODEL_STATISTICS,
  MODEL_STATISTICS_RESPONSE,
  type STATISTIC_DURATION,
} from './statistics-messages.ts';

/**
 * Writes a `ModelMetadataResponse`. Sizes that are open are -1. The names of classes are a property of the model,
 * `labels.` and the name of the output that scores them, as a list in JSON.
 */
export function encodeModelMetadata({ name, versions, platform, signature }: ModelMetadata): EncodedMessage {
  const labelled = signature.outputs.flatMap(({ name: output, labels }) =>
    labels === undefined ? [] : [[`labels.${output}`, JSON.stringify(labels)] as const],
  );
  const describe = (spec: TensorSpec) => {
    return { name: spec.name, datatype: spec.datatype, shape: openSizes(spec) };
  };
  return encodeMessage(MODEL_METADATA_RESPONSE, {
    name,
    versions,
    platform,
    inputs: signature.inputs.map(describe),
    outputs: signature.outputs.map(describe),
    properties: new Map(labelled),
  });
}

/** Writes a `ModelConfigResponse`. With a batch size, the first dimension is left out of `dims`, as Triton does. */
export function encodeModelConfig(config: ModelConfig): EncodedMessage {
  const { name, platform, backend, signature, versions, maxBatchSize, instances, onGpu, providers } = config;
  const skipped = maxBatchSize > 0 ? 1 : 0;
  const describe = (spec: TensorSpec) => {
    return { name: spec.name, dataType: dataType(spec.datatype), dims: openSizes(spec).slice(skipped) };
  };
  return encodeMessage(MODEL_CONFIG_RESPONSE, {
    config: {
      name,
      platform,
      backend,
      versionPolicy: { specific: { versions } },
      maxBatchSize,
      input: signature.inputs.map(describe),
      output: signature.outputs.map((spec) => ({ ...describe(spec), labelFilename: spec.labelsFile })),
      instanceGroup: [{ name, kind: onGpu ? 'KIND_GPU' : 'KIND_CPU', count: instances }],
      parameters: new Map([[PROVIDERS_PARAMETER, { stringValue: providers.join(',') }]]),
      dynamicBatching: maxBatchSize > 0 ? {} : undefined,
    },
  });
}

function dataType(datatype: Datatype): keyof (typeof DATA_TYPE)['numbers'] {
  return datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;
}

/** Writes a `ModelStatisticsResponse`. */
export function encodeStatistics(models: readonly ModelStatistics[]): EncodedMessage {
  return encodeMessage(MODEL_STATISTICS_RESPONSE, { modelStats: models.map(describeModel) });
}

function describeModel(model: ModelStatistics): MessageInit<typeof MODEL_STATISTICS> {
  return {
    name: model.name,
    version: model.version,
    lastInference: model.lastInference,
    inferenceCount: model.inferenceCount,
    executionCount: model.executionCount,
    inferenceStats: {
      success: duration(model.success),
      fail: duration(model.fail),
      queue: duration(model.queue),
      computeInput: duration(model.computeInput),
      computeInfer: duration(model.computeInfer),
      computeOutput: duration(model.computeOutput),
      cacheHit: {},
      cacheMiss: {},
    },
    batchStats: model.batches.map(describeBatch),
  };
}

function describeBatch(batch: BatchStatistics): MessageInit<typeof INFER_BATCH_STATISTICS> {
  return {
    batchSize: batch.batchSize,
    computeInput: duration(batch.computeInput),
    computeInfer: duration(batch.computeInfer),
    computeOutput: duration(batch.computeOutput),
  };
}

function duration({ count, ns }: DurationStatistic): MessageInit<typeof STATISTIC_DURATION> {
  return { count, ns: Math.round(ns) };
}

/** Writes a `RepositoryIndexResponse`. */
export function encodeRepositoryIndex(models: readonly IndexEntry[]): EncodedMessage {
  return encodeMessage(REPOSITORY_INDEX_RESPONSE, { models });
}
