import type { ErrorCode } from '@slipway/contract';
import { labelsOf } from './model-metrics.ts';
import type { ReadMetric } from './registered.ts';
import type { ModelStatistics } from './statistics.ts';

const NS_PER_US = 1_000;

/** The reasons that Triton gives for a failure; each is told, also while it is zero. */
const REASONS = ['REJECTED', 'CANCELED', 'BACKEND', 'OTHER'] as const;
type Reason = (typeof REASONS)[number];

/**
 * The statistics under the names of Triton Inference Server, for dashboards that are made for it.
 * https://github.com/triton-inference-server/server/blob/main/docs/user_guide/metrics.md
 */
export function tritonMetrics(all: () => readonly ModelStatistics[]): readonly ReadMetric[] {
  const metric = (
    type: 'counter' | 'gauge',
    name: string,
    help: string,
    read: (told: ModelStatistics) => number,
  ): ReadMetric => {
    const values = () => all().map((told) => ({ labels: labelsOf(told), value: read(told) }));
    return { name, help, type, values };
  };
  const counter = (name: string, help: string, read: (told: ModelStatistics) => number) =>
    metric('counter', name, help, read);
  const durationOf = (
    part: 'success' | 'queue' | 'computeInput' | 'computeInfer' | 'computeOutput',
    name: string,
    help: string,
  ) => counter(name, help, (told) => Math.round(told[part].ns / NS_PER_US));

  return [
    counter(
      'nv_inference_request_success',
      'Number of successful inference requests, all batch sizes',
      (told) => told.success.count,
    ),
    failures(all),
    counter(
      'nv_inference_count',
      'Number of inferences performed (does not include cached requests)',
      (told) => told.inferenceCount,
    ),
    counter(
      'nv_inference_exec_count',
      'Number of model executions performed (does not include cached requests)',
      (told) => told.executionCount,
    ),
    durationOf(
      'success',
      'nv_inference_request_duration_us',
      'Cumulative inference request duration in microseconds',
    ),
    durationOf(
      'queue',
      'nv_inference_queue_duration_us',
      'Cumulative inference queuing duration in microseconds',
    ),
    durationOf(
      'computeInput',
      'nv_inference_compute_input_duration_us',
      'Cumulative compute input duration in microseconds',
    ),
    durationOf(
      'computeInfer',
      'nv_inference_compute_infer_duration_us',
      'Cumulative compute inference duration in microseconds',
    ),
    durationOf(
      'computeOutput',
      'nv_inference_compute_output_duration_us',
      'Cumulative inference compute output duration in microseconds',
    ),
  ];
}

function failures(all: () => readonly ModelStatistics[]): ReadMetric {
  return {
    name: 'nv_inference_request_failure',
    help: 'Number of failed inference requests, all batch sizes',
    type: 'counter',
    values: () =>
      all().flatMap((told) => {
        const counts = countReasons(told.failures);
        return REASONS.map((reason) => ({
          labels: { ...labelsOf(told), reason },
          value: counts.get(reason) ?? 0,
        }));
      }),
  };
}

function countReasons(failures: ReadonlyMap<ErrorCode, number>): ReadonlyMap<Reason, number> {
  const counts = new Map<Reason, number>();
  for (const [code, count] of failures) {
    const reason = reasonOf(code);
    counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  return counts;
}

function reasonOf(code: ErrorCode): Reason {
  switch (code) {
    case 'overloaded':
    case 'unavailable':
    case 'deadline_exceeded':
      return 'REJECTED';
    case 'cancelled':
      return 'CANCELED';
    case 'invalid_model':
    case 'script_failed':
      return 'BACKEND';
    default:
      return 'OTHER';
  }
}
