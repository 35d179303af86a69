import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Replica, ServiceEvent } from '@slipway/contract/api';
import { waitFor } from '@slipway/testkit';
import {
  deploy,
  deployed,
  ended,
  readyReplicas,
  reasonsOf,
  registerModel,
  serviceOf,
  startTestServer,
  stopAll,
  type TestServer,
  testHome,
} from './fixtures/test-server.ts';

/** Tells a fake replica to do something, and waits until another stands in its place. */
async function misbehave(server: TestServer, replica: Replica | undefined, path: string): Promise<void> {
  await fetch(`http://${replica?.address}${path}`).catch(() => undefined);
  await waitFor(
    async () => (await readyReplicas(server, 'digits', 2)).every(({ id }) => id !== replica?.id),
    { what: `the replacement of ${replica?.id}` },
  );
}

test('replaces what is stuck, too large, or silent, and says why', async (t) => {
  const server = await startTestServer(t, await testHome(t));
  await registerModel(server, 'one');
  await registerModel(server, 'hang');
  const config = { numReplicas: 2, memoryGbLimit: 0.3, drainGraceSeconds: 5 };
  await deployed(server, { name: 'digits', models: ['one'], config });
  const [stuck] = await readyReplicas(server, 'digits', 2);
  await misbehave(server, stuck, '/?phase=stuck');
  assert.ok((await reasonsOf(server, 'digits')).includes('ReplicaStuck'));

  const [large] = await readyReplicas(server, 'digits', 2);
  await misbehave(server, large, '/grow?bytes=400000000');
  const path = '/workspaces/default/services/digits/events';
  const { body } = await server.call<{ items: ServiceEvent[] }>('GET', path);
  const event = body.items.find(({ reason }) => reason === 'MemoryLimitExceeded');
  assert.match(event?.message ?? '', /uses 0\.\d+ GB of memory, more than its limit of 0\.3 GB/);

  const silent = {
    numReplicas: 1,
    periodSeconds: 1,
    initialDelaySeconds: 1,
    timeoutSeconds: 1,
    failureThreshold: 2,
  };
  await deployed(server, { name: 'silent', models: ['hang'], config: silent });
  await waitFor(async () => (await reasonsOf(server, 'silent')).includes('ReplicaUnresponsive'), {
    what: 'a failed health check',
  });
  await stopAll(server);
});

test('a service without room says so, and is placed when there is room', async (t) => {
  const server = await startTestServer(t, await testHome(t));
  await registerModel(server, 'one');
  await registerModel(server, 'two');
  const { body } = await server.call<{ capacity: { memoryGb: number } }>(
    'GET',
    '/workspaces/default/computes/local',
  );
  const memoryGb = Math.floor(body.capacity.memoryGb * 0.6 * 100) / 100;
  const all = { cpuCores: 0.1, memoryGb };
  await deployed(server, { name: 'digits', models: ['one'], config: all });
  await readyReplicas(server, 'digits', 1);
  const update = await deploy(server, {
    name: 'digits',
    models: ['two'],
    config: { ...all, rolloutTimeoutSeconds: 2 },
    overwrite: true,
  });
  await waitFor(async () => (await serviceOf(server, 'digits')).state === 'Unschedulable', {
    what: 'no room',
  });
  const operation = await ended(server, update);
  assert.equal(operation.error?.code, 'unschedulable');
  assert.match(operation.error?.message ?? '', new RegExp(`${memoryGb} GB memory cannot be placed`));
  await waitFor(async () => (await serviceOf(server, 'digits')).state === 'Healthy', { what: 'health' });
  await stopAll(server);
});
