import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import type { Measurement } from '../measure.ts';
import type { TargetName } from '../targets/target.ts';
import type { Workload } from '../workloads/workload.ts';
import { limits } from './limits.ts';
import { overhead } from './overhead.ts';
import { saveResults } from './results.ts';
import { table } from './table.ts';

const MEASUREMENTS = [
  measurement('bare run', [50, 60, 55]),
  measurement('empty server', [100, 110, 105]),
  measurement('replica', [250, 270, 290]),
  measurement('gateway', [400, 430, 460]),
];

const WORKLOAD: Workload = {
  name: 'digits, inline lane',
  model: new Uint8Array(),
  lane: 'inline',
  samples: [],
  output: 'probabilities',
  requests: { 1: 1, 16: 1, 64: 1 },
  warmUpRequests: 0,
  maxAddedMicroseconds: 150,
};

test('overhead is what is left when sockets and the run are taken off, by round', () => {
  assert.deepEqual(overhead(MEASUREMENTS), { replicaOwn: 70, replica: 100, gateway: 50 });
});

test('the table has a row a measurement, with the ratio to the bare run', () => {
  const lines = table(MEASUREMENTS).split('\n');
  assert.equal(lines.length, 5);
  assert.match(lines[1] ?? '', /^ *1 +bare run +50 +50 +20000 +80 +100 % +2 % +0$/);
  assert.match(lines[3] ?? '', /^ *1 +replica +250 +250 +4000 +80 +20 % +2 % +0$/);
});

test('limits are kept or broken', () => {
  const kept = (
    added: { replicaOwn: number; replica: number; gateway: number },
    measurements = MEASUREMENTS,
  ) => limits(WORKLOAD, measurements, added).map((limit) => limit.kept);
  assert.deepEqual(kept({ replicaOwn: 150, replica: 200, gateway: 50 }), [true, true, true]);
  assert.deepEqual(kept({ replicaOwn: 151, replica: 155, gateway: 160 }), [true, false, false]);
  const slow: Measurement = { ...measurement('replica', [1000]), connections: 16, errors: 1 };
  assert.deepEqual(kept({ replicaOwn: 100, replica: 100, gateway: 50 }, [slow]), [false, true, true, false]);
});

test('runs that begin in one minute are all kept, and nothing is written over', async (t) => {
  const folder = await temporaryFolder(t);
  const at = (startedAt: string) => saveResults(folder, { startedAt, value: 0.123 }, 'x-');
  const first = await at('2026-01-02T03:04:05.678Z');
  assert.equal(first, join(folder, 'x-2026-01-02T03-04-05.json'));
  assert.notEqual(await at('2026-01-02T03:04:06.000Z'), first);
  await assert.rejects(at('2026-01-02T03:04:05.999Z'), { code: 'EEXIST' });
  assert.equal(JSON.parse(await readFile(first, 'utf8')).value, 0.1);
});

function measurement(target: TargetName, p50s: readonly number[]): Measurement {
  const rounds = p50s.map((p50) => ({
    p50,
    p99: p50,
    requestsPerSecond: 1e6 / p50,
    cpu: 80,
    own: 70,
    disturbed: 2,
    errors: 0,
    firstError: undefined,
  }));
  const [first] = rounds;
  assert.ok(first);
  return { target, connections: 1, rounds, ...first };
}
