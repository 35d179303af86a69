import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Model, type Webservice } from '@slipway/sdk';
import { digitMlp, randomDigitLayers, type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { replicaPids, waitForReplicas } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { BLANK_DIGIT, writeBytes } from '../harness/models.ts';
import { startScorers } from '../harness/scorers.ts';

const CLIENTS = 8;

/** Requests that prove that all is well after something happened. */
const WARM = 200;

/** A service that follows the newest version of its model, and clients that score it. */
async function followNewest(t: TestScope, labels?: Readonly<Record<string, number>>) {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const folder = await temporaryFolder(t);
  let made = 0;
  const register = async (bytes: Uint8Array) => {
    made += 1;
    const modelPath = await writeBytes(folder, `digits-${made}.onnx`, bytes);
    return await Model.register({ workspace, modelPath, modelName: 'digits' });
  };
  const model = await register(digitMlp(randomDigitLayers(1)));
  const service = await Model.deploy({
    workspace,
    name: 'digits',
    models: [{ model, versionPolicy: { latest: 1 }, labels }],
  });
  await service.waitForDeployment({ timeoutSec: 60 });
  const { primaryKey: key } = await service.getKeys();
  const scorers = startScorers(t, { uri: service.scoringUri, key, body: BLANK_DIGIT, clients: CLIENTS });
  await scorers.advance(WARM);
  return { service, register, scorers };
}

async function waitForEvent(service: Webservice, reason: string, text: RegExp): Promise<void> {
  await waitFor(
    async () => (await service.events()).some((one) => one.reason === reason && text.test(one.message)),
    { what: `an event ${reason} ${text}`, timeoutMs: 30_000 },
  );
}

test('a new version takes over in the running replicas without a failed request', async (t) => {
  const { service, register, scorers } = await followNewest(t, { stable: 1 });
  const before = await replicaPids(service);
  await register(digitMlp(randomDigitLayers(2)));
  await waitForEvent(service, 'VersionReady', /Version 2 of the model digits/);
  await scorers.advance(WARM);
  await scorers.stop();
  assert.deepEqual(scorers.failures, []);
  assert.deepEqual(await replicaPids(service), before);
  const { models } = await service.refresh();
  assert.deepEqual(models, ['digits:2', 'digits:1'], 'the labelled version stays');
});

test('a version that cannot be loaded leaves the one before it serving, also in a replica that starts anew', async (t) => {
  const { service, register, scorers } = await followNewest(t);
  await register(digitMlp().slice(0, 5_000));
  await waitForEvent(service, 'VersionFailed', /Version 2 .* could not be loaded/);
  await scorers.advance(WARM);
  await scorers.stop();
  assert.deepEqual(scorers.failures, []);

  const [victim = 0] = await replicaPids(service);
  process.kill(victim, 'SIGKILL');
  await waitForReplicas(service, { count: 1, without: [victim], timeoutMs: 30_000 });
});

test('kill -9 while a version is being loaded: the replica that follows serves it', async (t) => {
  const { service, register, scorers } = await followNewest(t);
  await scorers.stop();
  const [victim = 0] = await replicaPids(service);
  const registered = register(digitMlp(randomDigitLayers(2)));
  await waitFor(async () => (await service.refresh()).models.includes('digits:2'), {
    what: 'the version to be asked for',
    timeoutMs: 30_000,
  });
  process.kill(victim, 'SIGKILL');
  await registered;
  await waitForReplicas(service, { count: 1, without: [victim], timeoutMs: 30_000 });
});
