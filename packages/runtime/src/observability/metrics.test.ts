import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadedModel } from '@slipway/contract';
import { statusName } from '../protocols/tfserving/grpc/errors.ts';
import { createMetrics } from './metrics.ts';
import { createStatistics } from './statistics.ts';

const STABLE = { name: 'digits', version: 1, loadMs: 250 } as LoadedModel;
const CANARY = { name: 'digits', version: 2, loadMs: 500 } as LoadedModel;
const TIMES = { queueMs: 1, runMs: 4, batchSize: 2, totalMs: 6, ownMs: 1 };
/** The first version has been unloaded. */
const LOADS = [{ name: 'digits', version: 2, inFlight: 1, queued: 5 }];

function openMetrics() {
  const statistics = createStatistics();
  const metrics = createMetrics({
    loads: () => LOADS,
    statistics,
    spans: () => undefined,
    tfservingStatus: statusName,
  });
  metrics.loaded([STABLE, CANARY]);
  const lines = async () => new Set((await metrics.text()).split('\n'));
  return { statistics, metrics, lines };
}

/** Asserts that each line stands among those that are told. */
function assertTold(lines: ReadonlySet<string>, expected: readonly string[]): void {
  for (const line of expected) assert.ok(lines.has(line), `${line} is not among:\n${[...lines].join('\n')}`);
}

test('a version that is loaded is told as zero before its first request', async () => {
  const { lines } = openMetrics();
  assertTold(await lines(), [
    'slipway_model_load_seconds{model="digits",version="2"} 0.5',
    'slipway_model_requests_total{model="digits",version="2"} 0',
    'slipway_model_in_flight{model="digits",version="2"} 0',
    'slipway_request_duration_seconds_count{model="digits",version="2"} 0',
    'nv_inference_request_success{model="digits",version="2"} 0',
    'nv_inference_request_failure{model="digits",version="2",reason="REJECTED"} 0',
    ':tensorflow:serving:request_count{model_name="digits",status="OK"} 0',
  ]);
});

test('versions are counted apart, under our names, those of Triton and those of TensorFlow Serving', async () => {
  const { statistics, metrics, lines } = openMetrics();
  const inference = { rows: 3, timing: TIMES, decodeMs: 0.5, encodeMs: 0.25, totalMs: TIMES.totalMs };
  for (let request = 0; request < 8; request += 1) statistics.begun(CANARY);
  for (const door of ['REST', 'GRPC'] as const) {
    metrics.scored(CANARY, { door, question: 'Predict' }, TIMES);
    statistics.succeeded(CANARY, inference);
  }
  metrics.scored(STABLE, { door: 'REST', question: 'Predict' }, { ...TIMES, isScript: true });
  metrics.scored(STABLE, { door: 'GRPC', question: 'MultiInference' }, TIMES);
  for (const code of ['overloaded', 'deadline_exceeded', 'cancelled', 'invalid_model', 'internal'] as const) {
    statistics.failed(CANARY, code, 1);
  }
  statistics.begun(STABLE);
  statistics.failed(STABLE, 'overloaded', 1);

  assertTold(await lines(), [
    'slipway_model_requests_total{model="digits",version="1"} 1',
    'slipway_model_requests_total{model="digits",version="2"} 7',
    'slipway_model_failures_total{model="digits",version="2",code="cancelled"} 1',
    'slipway_model_in_flight{model="digits",version="1"} 0',
    'slipway_model_in_flight{model="digits",version="2"} 1',
    'slipway_model_queued{model="digits",version="1"} 0',
    'slipway_model_queued{model="digits",version="2"} 5',
    'slipway_queued 5',
    'slipway_queue_duration_seconds_sum{model="digits",version="2"} 0.002',
    'slipway_run_duration_seconds_bucket{le="0.005",model="digits",version="2"} 2',
    'slipway_batch_size_sum{model="digits",version="2"} 4',
    'nv_inference_request_success{model="digits",version="2"} 2',
    'nv_inference_request_failure{model="digits",version="2",reason="REJECTED"} 2',
    'nv_inference_request_failure{model="digits",version="2",reason="CANCELED"} 1',
    'nv_inference_request_failure{model="digits",version="2",reason="BACKEND"} 1',
    'nv_inference_request_failure{model="digits",version="2",reason="OTHER"} 1',
    'nv_inference_count{model="digits",version="2"} 6',
    'nv_inference_exec_count{model="digits",version="2"} 1',
    'nv_inference_pending_request_count{model="digits",version="1"} 0',
    'nv_inference_pending_request_count{model="digits",version="2"} 5',
    'nv_inference_request_duration_us{model="digits",version="2"} 12000',
    'nv_inference_queue_duration_us{model="digits",version="2"} 2000',
    'nv_inference_compute_input_duration_us{model="digits",version="2"} 1000',
    'nv_inference_compute_infer_duration_us{model="digits",version="2"} 8000',
    'nv_inference_compute_output_duration_us{model="digits",version="2"} 500',
    ':tensorflow:serving:request_count{model_name="digits",status="OK"} 2',
    ':tensorflow:serving:request_count{model_name="digits",status="UNAVAILABLE"} 2',
    ':tensorflow:serving:request_count{model_name="digits",status="INTERNAL"} 2',
    ':tensorflow:serving:request_latency_sum{model_name="digits",API="Predict",entrypoint="REST"} 12000',
    ':tensorflow:serving:request_latency_bucket{le="10",model_name="digits",API="Predict",entrypoint="GRPC"} 0',
    ':tensorflow:serving:request_latency_count{model_name="digits",API="Predict",entrypoint="GRPC"} 1',
    ':tensorflow:serving:runtime_latency_sum{model_name="digits",API="Predict",runtime="ONNXRuntime"} 8000',
    ':tensorflow:serving:runtime_latency_bucket{le="+Inf",model_name="digits",API="Predict",runtime="ONNXRuntime"} 2',
    ':tensorflow:serving:runtime_latency_count{model_name="digits",API="Predict",runtime="EntryScript"} 1',
    ':tensorflow:serving:runtime_latency_count{model_name="digits",API="MultiInference",runtime="ONNXRuntime"} 1',
  ]);
});
