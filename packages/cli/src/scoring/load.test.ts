import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { runLoad } from './load.ts';
import { loadTables, reportOf } from './load-report.ts';

const NEVER = new AbortController().signal;

test('as many calls are made as asked for, and no more at once', async () => {
  let running = 0;
  let most = 0;
  const load = await runLoad(
    { repeat: 20, concurrency: 3 },
    async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    },
    NEVER,
    () => {},
  );
  assert.equal(load.latenciesMs.length, 20);
  assert.equal(most, 3);
  assert.equal(load.stopped, false);
});

test('failures are counted by their code, with what the first one said', async () => {
  let calls = 0;
  const load = await runLoad(
    { repeat: 10, concurrency: 2 },
    async () => {
      calls += 1;
      if (calls % 2 === 0) throw new SlipwayError('overloaded', `busy ${calls}`);
      if (calls === 5) throw new TypeError('odd');
    },
    NEVER,
    () => {},
  );
  assert.deepEqual(load.failures, [
    { code: 'overloaded', count: 5, message: 'busy 2' },
    { code: 'internal', count: 1, message: 'odd' },
  ]);
  assert.equal(load.latenciesMs.length, 4);
});

test('stopped, it tells what was measured and leaves out what was running', async () => {
  const stop = new AbortController();
  let calls = 0;
  const load = await runLoad(
    { repeat: 1_000, concurrency: 4 },
    async (signal) => {
      calls += 1;
      if (calls === 10) stop.abort();
      if (signal.aborted) throw new SlipwayError('cancelled', 'given up');
    },
    stop.signal,
    () => {},
  );
  assert.deepEqual([load.latenciesMs.length, load.failures, load.stopped], [9, [], true]);
});

test('percentiles are latencies that were seen', () => {
  const latenciesMs = Float64Array.from({ length: 100 }, (_, index) => 100 - index);
  const report = reportOf({ latenciesMs, failures: [], seconds: 2, stopped: false }, 4);
  assert.deepEqual(report.latencyMs, { p50: 50, p90: 90, p99: 99, max: 100 });
  assert.equal(report.requestsPerSecond, 50);
});

test('where nothing succeeded there is no latency', () => {
  const failures = [{ code: 'unavailable', count: 3, message: 'gone' }] as const;
  const report = reportOf({ latenciesMs: new Float64Array(0), failures, seconds: 1, stopped: true }, 1);
  assert.equal(report.latencyMs, null);
  assert.match(loadTables(report), /^REQUESTS .*\n3 .* -\n\nERROR .*\nunavailable .* gone\n\nStopped/s);
});
