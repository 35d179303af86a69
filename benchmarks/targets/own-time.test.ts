import assert from 'node:assert/strict';
import { test } from 'node:test';
import { medianBetween, parseOwnTime } from './own-time.ts';

const metrics = (
  first: number,
  second: number,
  all: number,
) => `# TYPE slipway_overhead_duration_seconds histogram
slipway_overhead_duration_seconds_bucket{le="0.0001"} ${first}
slipway_overhead_duration_seconds_bucket{le="0.0002"} ${second}
slipway_overhead_duration_seconds_bucket{le="+Inf"} ${all}
slipway_overhead_duration_seconds_sum 1`;

test('the median is of what came between two looks, on a line within its bucket', () => {
  const before = parseOwnTime(metrics(50, 60, 60));
  assert.equal(Math.round(medianBetween(before, parseOwnTime(metrics(50, 160, 160)))), 150);
  assert.equal(Math.round(medianBetween(before, parseOwnTime(metrics(150, 160, 160)))), 50);
  assert.equal(Math.round(medianBetween(before, parseOwnTime(metrics(75, 160, 160)))), 133);
  assert.equal(medianBetween(before, before), Number.NaN);
});
