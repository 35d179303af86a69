import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReplicaState } from '@slipway/contract';
import { waitFor } from '@slipway/testkit';
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
  testHome,
} from './fixtures/test-server.ts';

test('deploys, scales, updates, and deletes a service; nothing is left', async (t) => {
  const server = await startTestServer(t, await testHome(t));
  await registerModel(server, 'one');
  await registerModel(server, 'two');
  await deployed(server, { name: 'digits', models: ['one'], config: { numReplicas: 2 } });
  const first = await readyReplicas(server, 'digits', 2);
  assert.equal((await serviceOf(server, 'digits')).state, 'Healthy');

  await deployed(server, { name: 'digits', models: ['one'], config: { numReplicas: 3 }, overwrite: true });
  const scaled = await readyReplicas(server, 'digits', 3);
  for (const { id } of first)
    assert.ok(
      scaled.some((replica) => replica.id === id),
      `${id} was restarted`,
    );

  await deployed(server, { name: 'digits', models: ['two'], config: { numReplicas: 1 }, overwrite: true });
  await waitFor(async () => (await replicasOf(server, 'digits')).length === 1, { what: 'one replica' });
  assert.equal((await serviceOf(server, 'digits')).activeRevision, 3);

  const { body } = await server.call<{ id: string }>('DELETE', '/workspaces/default/services/digits');
  assert.equal((await ended(server, body)).state, 'Succeeded');
  await stopAll(server);
});

test('goes back to what ran when a revision cannot be', async (t) => {
  const server = await startTestServer(t, await testHome(t));
  await registerModel(server, 'one');
  await registerModel(server, 'broken');
  await registerModel(server, 'crash');
  await deployed(server, { name: 'digits', models: ['one'] });
  const [kept] = await readyReplicas(server, 'digits', 1);
  for (const [model, code] of [
    ['broken', 'invalid_model'],
    ['crash', 'unavailable'],
  ] as const) {
    const operation = await ended(
      server,
      await deploy(server, { name: 'digits', models: [model], overwrite: true }),
    );
    assert.equal(operation.state, 'Failed');
    assert.equal(operation.error?.code, code);
    await waitFor(async () => (await serviceOf(server, 'digits')).state === 'Healthy', { what: 'health' });
  }
  assert.deepEqual(
    (await readyReplicas(server, 'digits', 1)).map(({ id }) => id),
    [kept?.id],
  );
  assert.ok((await reasonsOf(server, 'digits')).includes('RevisionFailed'));

  const alone = await ended(server, await deploy(server, { name: 'alone', models: ['broken'] }));
  assert.equal(alone.error?.message, 'The model file is no model.');
  await waitFor(async () => (await serviceOf(server, 'alone')).state === 'Failed', { what: 'failure' });
  await stopAll(server);
});

test('new keys are in force at every replica when the answer comes, and what was stopped comes back', async (t) => {
  const home = await testHome(t);
  const first = await startTestServer(t, home);
  await registerModel(first, 'one');
  await deployed(first, { name: 'digits', models: ['one'], config: { numReplicas: 2 } });
  const replicas = await readyReplicas(first, 'digits', 2);
  const path = '/workspaces/default/services/digits/keys';
  assert.equal((await first.call('POST', path, { keyType: 'Primary' })).status, 200);
  for (const { id } of replicas) {
    const text = await readFile(join(home, 'replicas', id, 'state.json'), 'utf8');
    assert.equal((JSON.parse(text) as ReplicaState).authGeneration, 2);
  }
  await stopAll(first);
  const second = await startTestServer(t, home);
  const back = await readyReplicas(second, 'digits', 2);
  assert.ok(back.every(({ id }) => !replicas.some((replica) => replica.id === id)));
  const logs = await fetch(`${second.info.url}/api/v1${path.replace('keys', 'logs')}`, {
    headers: { authorization: `Bearer ${(await readFile(join(home, 'token'), 'utf8')).trim()}` },
  });
  assert.match(await logs.text(), new RegExp(`${replicas[0]?.id} drained`));
  await stopAll(second);
});
