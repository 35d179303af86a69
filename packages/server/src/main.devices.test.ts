import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import type { ComputeTarget, Replica, ServiceEvent } from '@slipway/contract/api';
import { temporaryFolder, waitFor } from '@slipway/testkit';
import {
  deploy,
  deployed,
  ended,
  readyReplicas,
  registerModel,
  serviceOf,
  startTestServer,
  stopAll,
  type TestServer,
  testHome,
} from './fixtures/test-server.ts';

const COMPUTE = '/workspaces/default/computes/local';

async function computeOf(server: TestServer): Promise<ComputeTarget> {
  return (await server.call<ComputeTarget>('GET', COMPUTE)).body;
}

async function environmentOf({ address }: Replica): Promise<Record<string, string>> {
  return (await (await fetch(`http://${address}/environment`)).json()) as Record<string, string>;
}

async function eventsOf(server: TestServer, name: string): Promise<string[]> {
  const path = `/workspaces/default/services/${name}/events`;
  const { body } = await server.call<{ items: ServiceEvent[] }>('GET', path);
  return body.items.map(({ message }) => message);
}

/** The devices of replicas, each of which has some: all different, or this throws. */
function heldBy(replicas: readonly Replica[], name: string): string[] {
  const ids = replicas.flatMap(({ devices }) => devices[name] ?? []);
  assert.equal(new Set(ids).size, ids.length, `a device has been given twice: ${ids}`);
  return ids.toSorted();
}

test('each replica has a device for itself, also through an update and with a new control plane', async (t) => {
  const home = await testHome(t);
  const first = await startTestServer(t, home, ['--device', 'fpga=2']);
  await registerModel(first, 'one');
  const config = { numReplicas: 2, devices: { fpga: 1 } };
  await deployed(first, { name: 'digits', models: ['one'], config });
  const replicas = await readyReplicas(first, 'digits', 2);
  assert.deepEqual(heldBy(replicas, 'fpga'), ['0', '1']);
  for (const replica of replicas) {
    assert.equal((await environmentOf(replica))['SLIPWAY_DEVICES_FPGA'], replica.devices['fpga']?.[0]);
  }
  const failures: unknown[] = [];
  let scoring = true;
  const client = (async () => {
    while (scoring) {
      const answer = await fetch(`${first.info.gatewayUrl}/api/v1/service/digits/score`);
      await answer.text();
      if (answer.status !== 200) failures.push(answer.status);
    }
  })();
  await registerModel(first, 'one');
  const { body } = await first.call<{ id: string }>('PATCH', '/workspaces/default/services/digits', {
    models: ['one:2'],
  });
  assert.equal((await ended(first, body)).state, 'Succeeded');
  const updated = await readyReplicas(first, 'digits', 2);
  scoring = false;
  await client;
  assert.deepEqual(failures, []);
  assert.deepEqual(heldBy(updated, 'fpga'), ['0', '1']);

  await first.process.stop('SIGKILL');
  const [victim, other] = updated;
  assert.ok(victim?.pid && other);
  process.kill(victim.pid, 'SIGKILL');
  // What was declared is kept; a service that is new must not get what one of those before it still has.
  const second = await startTestServer(t, home);
  const after = await readyReplicas(second, 'digits', 2);
  assert.ok(after.some(({ id }) => id === other.id));
  assert.deepEqual(heldBy(after, 'fpga'), ['0', '1']);
  const { capacity, allocated, devices } = await computeOf(second);
  assert.deepEqual([capacity.devices, allocated.devices], [{ fpga: 2 }, { fpga: 2 }]);
  assert.deepEqual(
    devices.map(({ service }) => service),
    ['digits', 'digits'],
  );
  const hidden = await second.call('PATCH', COMPUTE, { devices: { fpga: 1 } });
  assert.equal(hidden.status, 409, JSON.stringify(hidden.body));
  await stopAll(second);
});

test('a device that is taken is refused, and taken over when asked', async (t) => {
  const server = await startTestServer(t, await testHome(t), ['--device', 'fpga=1']);
  await registerModel(server, 'one');
  const config = { devices: { fpga: 1 }, cpuCores: 0.1, memoryGb: 0.1 };
  await deployed(server, { name: 'digits', models: ['one'], config });
  const order = { name: 'faces', models: ['one'], config };
  const refused = await server.call<{ error: { code: string; message: string } }>(
    'POST',
    '/workspaces/default/services',
    order,
  );
  assert.equal(refused.body.error.code, 'unschedulable');
  assert.match(
    refused.body.error.message,
    /CPU\/Memory\/FPGA configuration\(0\.1 CPU Cores, 0\.1GB Memory, 1 fpga\).* 0 of 1 fpga are free.*"digits" has 1 fpga: set replace/,
  );
  const operation = await ended(server, await deploy(server, { ...order, replace: true }));
  assert.equal(operation.state, 'Succeeded', operation.message);
  const [replica] = await readyReplicas(server, 'faces', 1);
  assert.deepEqual(replica?.devices, { fpga: ['0'] });
  assert.equal((await serviceOf(server, 'digits')).config.numReplicas, 0);
  assert.ok(
    (await eventsOf(server, 'digits')).includes(
      'The service "faces" takes over 1 fpga: this one is scaled to 0 replicas.',
    ),
  );
  assert.ok((await eventsOf(server, 'faces')).some((text) => text.startsWith('It takes over 1 fpga from')));

  // An update of the only replica with the only device: it makes room, and says so.
  await registerModel(server, 'one');
  const { body } = await server.call<{ id: string }>('PATCH', '/workspaces/default/services/faces', {
    models: ['one:2'],
  });
  assert.equal((await ended(server, body)).state, 'Succeeded');
  assert.ok((await eventsOf(server, 'faces')).some((text) => text.includes('does not answer until then')));
  // Back again.
  const back = await server.call<{ id: string }>('PATCH', '/workspaces/default/services/digits', {
    config: { numReplicas: 1 },
    replace: true,
  });
  assert.equal((await ended(server, back.body)).state, 'Succeeded');
  await stopAll(server);
});

test('what was taken over goes back when the new service never becomes healthy', async (t) => {
  const home = await testHome(t);
  const first = await startTestServer(t, home, ['--device', 'fpga=1']);
  for (const model of ['one', 'broken', 'slow']) await registerModel(first, model);
  const config = { devices: { fpga: 1 }, cpuCores: 0.1, memoryGb: 0.1 };
  await deployed(first, { name: 'digits', models: ['one'], config });
  const failed = await deploy(first, { name: 'faces', models: ['broken'], config, replace: true });
  assert.equal((await ended(first, failed)).error?.code, 'invalid_model');
  assert.deepEqual((await readyReplicas(first, 'digits', 1))[0]?.devices, { fpga: ['0'] });
  const told = 'The service "faces" did not become healthy: this one has 1 replica again.';
  assert.ok((await eventsOf(first, 'digits')).includes(told));
  const given = 'It did not become healthy, and gives 1 fpga back to the service "digits".';
  assert.ok((await eventsOf(first, 'faces')).includes(given));

  // A new revision in the middle keeps what the one before it took, a new control plane too.
  const slow = { ...config, rolloutTimeoutSeconds: 300 };
  await deploy(first, { name: 'late', models: ['slow'], config: slow, replace: true });
  await waitFor(async () => (await serviceOf(first, 'digits')).config.numReplicas === 0, { what: 'room' });
  await first.call('PATCH', '/workspaces/default/services/late', { config: { rolloutTimeoutSeconds: 4 } });
  await first.process.stop('SIGKILL');
  const second = await startTestServer(t, home);
  await waitFor(async () => (await serviceOf(second, 'late')).state === 'Failed', {
    what: 'the end of a rollout that takes too long',
    timeoutMs: 60_000,
  });
  await readyReplicas(second, 'digits', 1);

  const doomed = await deploy(second, { name: 'doomed', models: ['slow'], config: slow, replace: true });
  await second.call('DELETE', '/workspaces/default/services/doomed');
  assert.equal((await ended(second, doomed)).state, 'Cancelled');
  await readyReplicas(second, 'digits', 1);
  await stopAll(second);
});

test('GPUs are found, given one by one, and hidden from those who have none', async (t) => {
  const folder = await temporaryFolder(t);
  const smi = join(folder, 'nvidia-smi');
  await writeFile(smi, '#!/bin/sh\necho "0, GPU-aaaa, NVIDIA T4, 15360, 550.54.15"\n');
  await chmod(smi, 0o755);
  const PATH = `${folder}${delimiter}${process.env['PATH']}`;
  const server = await startTestServer(t, await testHome(t), [], { PATH });
  await registerModel(server, 'one');
  await deployed(server, { name: 'with', models: ['one'], config: { devices: { gpu: 1 } } });
  await deployed(server, { name: 'without', models: ['one'] });
  const [own] = await readyReplicas(server, 'with', 1);
  const [none] = await readyReplicas(server, 'without', 1);
  assert.ok(own && none);
  assert.equal((await environmentOf(own))['CUDA_VISIBLE_DEVICES'], 'GPU-aaaa');
  assert.equal((await environmentOf(none))['CUDA_VISIBLE_DEVICES'], '');
  const [device] = (await computeOf(server)).devices;
  assert.deepEqual([device?.name, device?.driver, device?.replica], ['NVIDIA T4', '550.54.15', own.id]);
  // A second one waits for none: it is refused until a device is declared.
  const declared = await server.call<ComputeTarget>('PATCH', COMPUTE, { devices: { fpga: 1 } });
  assert.deepEqual(declared.body.capacity.devices, { gpu: 1, fpga: 1 });
  await deployed(server, { name: 'other', models: ['one'], config: { devices: { fpga: 1 } } });
  await waitFor(async () => (await computeOf(server)).allocated.devices['fpga'] === 1, { what: 'the fpga' });
  await stopAll(server);
});
