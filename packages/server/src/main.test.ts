import assert from 'node:assert/strict';
import { test } from 'node:test';
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
