import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { ReplicaState } from '@slipway/contract';
import { addModel, loopModel, waitFor } from '@slipway/testkit';
import {
  startReplica,
  startReplicaProcess,
  type TestReplica,
  waitForPhase,
  writeReplicaFiles,
} from './replica-fixtures.ts';

test('a replica tells its state, and its admin listener asks for the token', async (t) => {
  const replica = await startReplica(t, { model: addModel() });
  const status = await replica.admin('GET', '/status');
  const state = (await status.json()) as Record<string, unknown>;
  assert.deepEqual(state, JSON.parse(JSON.stringify(await replica.state())));
  assert.equal(state['pid'], replica.process.pid);
  assert.equal((await replica.admin('GET', '/status', 'wrong')).status, 401);
});

test('SIGTERM answers what runs, takes nothing new, and ends with 0', async (t) => {
  const replica = await startReplica(t, { model: loopModel(), spec: { lane: 'worker' } });
  const running = replica.score('{"data":[300000]}');
  await waitUntilRunning(replica);
  const ended = replica.process.stop();
  const response = await running;
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { outputs: { result: [300000] } });
  assert.deepEqual(await ended, { code: 0, signal: null });
  assert.equal((await replica.state()).phase, 'draining');
});

async function waitUntilRunning(replica: TestReplica): Promise<void> {
  await waitFor(
    async () => {
      const state = await (await replica.admin('GET', '/status')).json();
      return (state as ReplicaState).inFlight > 0;
    },
    { what: 'the request to run' },
  );
}

test('one request too many is refused in words that the gateway understands, and counted', async (t) => {
  const replica = await startReplica(t, {
    model: loopModel(),
    limits: { maxConcurrentRequests: 1, maxQueueLength: 1, maxQueueWaitMs: 30_000, scoringTimeoutMs: 30_000 },
    spec: { lane: 'worker' },
  });
  const running = replica.score('{"data":[300000]}');
  await waitUntilRunning(replica);
  const waiting = [replica.score('{"data":[1]}'), replica.score('{"data":[1]}')];
  const refused = await Promise.race(waiting);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('x-slipway-not-run'), 'true');
  assert.equal(await refused.text(), 'Too many requests for service digits (overloaded)');
  assert.equal((await running).status, 200);
  assert.deepEqual((await Promise.all(waiting)).map(({ status }) => status).sort(), [200, 503]);

  const metrics = await (await fetch(`${replica.url}/metrics`)).text();
  assert.match(metrics, /^slipway_errors_total\{code="overloaded"\} 1$/m);
  assert.match(metrics, /^slipway_requests_total\{status="503"\} 1$/m);
  assert.match(metrics, /^slipway_overhead_duration_seconds_count 2$/m);
  assert.match(metrics, /^slipway_batch_size_sum\{[^}]*\} 2$/m);
});

test('a replica that cannot write its state does not serve unseen', async (t) => {
  const spec = await writeReplicaFiles(t, { model: addModel() });
  const folder = dirname(spec.stateFile);
  const broken = { ...spec, stateFile: join(folder, 'no-such-folder', 'state.json') };
  await writeFile(join(folder, 'spec.json'), JSON.stringify(broken));
  const started = await startReplicaProcess(t, spec);
  assert.deepEqual(await started.exit, { code: 1, signal: null });
  assert.match(started.stdout(), /Make room on the disk/);
});

test('a stuck run costs its replica: the state says so and liveness fails', async (t) => {
  const replica = await startReplica(t, {
    model: loopModel(),
    limits: { scoringTimeoutMs: 100, drainGraceSeconds: 1 },
    spec: { lane: 'worker' },
  });
  const late = await replica.score('{"data":[9000000000000]}');
  assert.equal(late.status, 504);
  assert.match(((await late.json()) as { message: string }).message, /100 ms/);
  await replica.process.waitForOutput(/must be replaced/);
  const refused = await replica.score('{"data":[1]}');
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('x-slipway-not-run'), 'true');
  assert.equal(await refused.text(), 'No ready replicas for service digits');
  assert.equal((await fetch(replica.url)).status, 503);
  assert.equal((await fetch(`${replica.url}/readyz`)).status, 503);
  assert.equal(((await (await replica.admin('GET', '/status')).json()) as { phase: string }).phase, 'stuck');
  assert.deepEqual(await replica.process.stop(), { code: null, signal: 'SIGKILL' });
});

test('a replica that cannot serve says why, and whether to try again', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;

  const rows = [
    { name: 'no ONNX', model: Buffer.from('no model'), code: 'invalid_model', permanent: true },
    { name: 'cut', model: addModel().slice(0, 60), code: 'invalid_model', permanent: true },
    {
      name: 'port in use',
      model: addModel(),
      spec: { listen: { host: '127.0.0.1', port } },
      code: 'conflict',
      permanent: false,
    },
  ];
  for (const { name, code, permanent, ...setUp } of rows) {
    const spec = await writeReplicaFiles(t, setUp);
    const started = await startReplicaProcess(t, spec);
    assert.deepEqual(await started.exit, { code: 1, signal: null }, name);
    const { error } = await waitForPhase(spec, 'failed');
    assert.deepEqual([error?.code, error?.permanent], [code, permanent], name);
  }
});

test('a key file that is broken or missing keeps a replica from starting', async (t) => {
  const spec = await writeReplicaFiles(t, { model: addModel(), auth: { kind: 'ServiceAuth' } as never });
  const started = await startReplicaProcess(t, spec);
  assert.equal((await started.exit).code, 1);
  assert.match(
    (await waitForPhase(spec, 'failed')).error?.message ?? '',
    /generation must be .*; mode must be one of/,
  );
});

test('a spec with mistakes is refused with all of them', async (t) => {
  const spec = await writeReplicaFiles(t, {
    model: addModel(),
    spec: { service: '', cpuCores: -1, lane: 'fast' as never, authFile: 'relative' },
  });
  const started = await startReplicaProcess(t, spec);
  assert.equal((await started.exit).code, 1);
  for (const field of ['service', 'cpuCores', 'lane', 'authFile']) {
    assert.match(started.stderr(), new RegExp(`${field} must be`));
  }
});
