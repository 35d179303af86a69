import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferenceConfig, Model, type Webservice } from '@slipway/sdk';
import { temporaryFolder, waitFor } from '@slipway/testkit';
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
  await assertTold(service);
});

/** Keeps as many megabytes as it is told. */
const LEAK = `kept = []

def init():
    pass

def run(data):
    kept.append(bytearray(b"x") * (int(data) * 1000000))
    return len(kept)
`;

test('a script that outgrows the memory of its replica costs that replica, and nobody an answer', async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const entryScript = join(await temporaryFolder(t), 'score.py');
  await writeFile(entryScript, LEAK);
  const service = await Model.deploy({
    workspace,
    name: 'leak',
    models: [],
    inferenceConfig: new InferenceConfig({ entryScript }),
    deploymentConfig: { numReplicas: 1, ...LIMIT },
  });
  await service.waitForDeployment({ timeoutSec: 60 });
  const [before = 0] = await replicaPids(service);
  assert.equal(await service.run('1'), 1);
  assert.equal(await service.run('200'), 2);
  await waitForReplicas(service, { count: 1, without: [before], timeoutMs: 30_000 });
  await assertTold(service);
  assert.equal(await service.run('1'), 1);
});

async function assertTold(service: Webservice): Promise<void> {
  const event = await waitFor(
    async () => (await service.events()).find(({ reason }) => reason === 'MemoryLimitExceeded'),
    { what: 'the event' },
  );
  assert.match(event.message, /0\.25/);
}
