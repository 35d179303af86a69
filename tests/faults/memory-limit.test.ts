import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '@slipway/testkit';
import { deploy, replicaPids, waitForReplicas } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { writeModels } from '../harness/models.ts';

/** A replica alone takes half of it. */
const LIMIT = { memoryGb: 0.2, memoryGbLimit: 0.25 } as const;

test('a replica that outgrows its memory is replaced, and the event says by how much', async (t) => {
  const installation = await startInstallation(t);
  const { hog } = await writeModels(t);
  const config = { numReplicas: 1, ...LIMIT };
  const { service, key } = await deploy(installation, { name: 'hog', model: hog, config });
  const [before = 0] = await replicaPids(service);

  const answer = await fetch(service.scoringUri, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{"data": [150]}',
  });
  assert.equal(answer.status, 200);
  await answer.arrayBuffer();

  await waitForReplicas(service, { count: 1, without: [before], timeoutMs: 30_000 });
  const event = await waitFor(
    async () => (await service.events()).find(({ reason }) => reason === 'MemoryLimitExceeded'),
    { what: 'the event' },
  );
  assert.match(event.message, /0\.25/);
});
