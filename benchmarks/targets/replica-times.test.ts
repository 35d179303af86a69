import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseReplicaTimes } from './replica-times.ts';

test('the sums of a replica are read in milliseconds', () => {
  const metrics = `# TYPE slipway_request_duration_seconds histogram
slipway_request_duration_seconds_bucket{le="0.1",model="bench",version="1"} 2
slipway_request_duration_seconds_sum{model="bench",version="1"} 0.25
slipway_request_duration_seconds_count{model="bench",version="1"} 2
slipway_queue_duration_seconds_sum{model="bench",version="1"} 0.001
slipway_run_duration_seconds_sum{model="bench",version="1"} 0.2`;
  assert.deepEqual(parseReplicaTimes(metrics), { requests: 2, total: 250, queue: 1, run: 200 });
  assert.throws(() => parseReplicaTimes(''), /slipway_request_duration_seconds_count/);
});
