import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { GatewayRoutes } from '@slipway/contract';
import type { Operation } from '@slipway/contract/api';
import { processesMentioning, waitFor } from '@slipway/testkit';
import {
  deploy,
  deployed,
  ended,
  readyReplicas,
  reasonsOf,
  registerModel,
  replicasOf,
  serviceOf,
  startTestServer,
  stopAll,
  type TestServer,
  testHome,
} from './fixtures/test-server.ts';

/** Sends requests through the gateway until `stop`, which returns what was answered with something else than 200. */
function score(server: TestServer, name: string): { stop(): Promise<readonly unknown[]> } {
  const failures: unknown[] = [];
  let stopped = false;
  const clients = [1, 2].map(async () => {
    while (!stopped) {
      const url = `${server.info.gatewayUrl}/api/v1/service/${name}/score`;
      const status = await fetch(url).then(
        async (answer) => {
          await answer.text();
          return answer.status;
        },
        (error: unknown) => error,
      );
      if (status !== 200) failures.push(status);
    }
  });
  return {
    stop: async () => {
      stopped = true;
      await Promise.all(clients);
      return failures;
    },
  };
}

test('replaces a replica that is killed, and one server after the other adopts what runs', async (t) => {
  const home = await testHome(t);
  const first = await startTestServer(t, home);
  await registerModel(first, 'one');
  await deployed(first, { name: 'digits', models: ['one'], config: { numReplicas: 2 } });
  const [victim, other] = await readyReplicas(first, 'digits', 2);
  assert.ok(victim?.pid && other);
  const scoring = score(first, 'digits');
  process.kill(victim.pid, 'SIGKILL');
  const replaced = await waitFor(
    async () => {
      const ready = await readyReplicas(first, 'digits', 2);
      return ready.every(({ id }) => id !== victim.id) && ready;
    },
    { what: 'the replacement' },
  );
  assert.ok((await reasonsOf(first, 'digits')).includes('ReplicaEnded'));

  await first.process.stop('SIGKILL');
  const second = await startTestServer(t, home);
  assert.equal(second.info.gatewayUrl, first.info.gatewayUrl);
  const adopted = await readyReplicas(second, 'digits', 2);
  assert.deepEqual(adopted.map(({ pid }) => pid).toSorted(), replaced.map(({ pid }) => pid).toSorted());
  assert.deepEqual(await scoring.stop(), []);
  process.kill(adopted[0]?.pid ?? 0, 'SIGKILL');
  await waitFor(
    async () => (await readyReplicas(second, 'digits', 2)).every(({ id }) => id !== adopted[0]?.id),
    {
      what: 'the replacement of one that was adopted',
    },
  );

  await second.process.stop('SIGTERM');
  assert.equal((await processesMentioning(home)).length, 3);
  await stopAll(await startTestServer(t, home));
});

test('a rolling update leaves no moment without a route and fails no request', async (t) => {
  const server = await startTestServer(t, await testHome(t));
  await registerModel(server, 'one');
  await registerModel(server, 'two');
  await deployed(server, { name: 'digits', models: ['one'], config: { numReplicas: 2 } });
  await readyReplicas(server, 'digits', 2);
  const scoring = score(server, 'digits');
  const operation = await deploy(server, {
    name: 'digits',
    models: ['two'],
    config: { numReplicas: 2 },
    overwrite: true,
  });
  const fewest = await watchRoutes(
    server,
    async () => (await ended(server, operation)).state === 'Succeeded',
  );
  assert.equal(fewest, 2);
  assert.deepEqual(await scoring.stop(), []);
  await stopAll(server);
});

/** The fewest replicas that were ever routed while `work` ran. */
async function watchRoutes(server: TestServer, work: () => Promise<boolean>): Promise<number> {
  let fewest = Number.POSITIVE_INFINITY;
  let done = false;
  const watching = (async () => {
    while (!done) {
      const text = await readFile(join(server.home, 'gateway', 'routes.json'), 'utf8');
      const { services } = JSON.parse(text) as GatewayRoutes;
      fewest = Math.min(fewest, services[0]?.replicas.length ?? 0);
    }
  })();
  assert.ok(await work());
  done = true;
  await watching;
  return fewest;
}

test('goes on after kill -9 with what it was doing', async (t) => {
  const home = await testHome(t);
  const first = await startTestServer(t, home);
  await registerModel(first, 'one');
  await registerModel(first, 'slow');
  await deployed(first, { name: 'going', models: ['one'] });
  const deploying = await deploy(first, { name: 'coming', models: ['one'], config: { numReplicas: 2 } });
  const { body: deleting } = await first.call<Operation>('DELETE', '/workspaces/default/services/going');
  await first.process.stop('SIGKILL');

  const second = await startTestServer(t, home);
  assert.equal((await ended(second, deploying)).state, 'Succeeded');
  assert.equal((await ended(second, deleting)).state, 'Succeeded');
  assert.equal((await readyReplicas(second, 'coming', 2)).length, 2);
  assert.equal((await second.call('GET', '/workspaces/default/services/going')).status, 404);

  const waiting = await deploy(second, { name: 'never', models: ['slow'] });
  await waitFor(async () => (await replicasOf(second, 'never')).length === 1, { what: 'a replica' });
  await second.process.stop('SIGKILL');
  const third = await startTestServer(t, home);
  await third.call('POST', `/workspaces/default/operations/${waiting.id}/cancel`);
  assert.equal((await ended(third, waiting)).state, 'Cancelled');
  await waitFor(async () => (await serviceOf(third, 'never')).state === 'Failed', { what: 'its end' });
  await stopAll(third);
});

test('a deletion ends the deployment that it meets', async (t) => {
  const server = await startTestServer(t, await testHome(t));
  await registerModel(server, 'slow');
  const deploying = await deploy(server, { name: 'never', models: ['slow'] });
  await waitFor(async () => (await replicasOf(server, 'never')).length === 1, { what: 'a replica' });
  const { body: deleting } = await server.call<Operation>('DELETE', '/workspaces/default/services/never');
  assert.equal((await ended(server, deploying)).state, 'Cancelled');
  assert.equal((await ended(server, deleting)).state, 'Succeeded');
  await stopAll(server);
});

test('ends a replica whose service is gone', async (t) => {
  const home = await testHome(t);
  const first = await startTestServer(t, home);
  await registerModel(first, 'one');
  await deployed(first, { name: 'digits', models: ['one'] });
  const [replica] = await readyReplicas(first, 'digits', 1);
  await first.process.stop('SIGKILL');
  // As if the deletion had been cut off between its records and its processes.
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(join(home, 'slipway.sqlite'));
  database.exec('DELETE FROM services');
  database.close();
  const second = await startTestServer(t, home);
  await waitFor(async () => (await processesMentioning(`${replica?.id}/spec.json`)).length === 0, {
    what: 'the end of the orphan',
  });
  await stopAll(second);
});
