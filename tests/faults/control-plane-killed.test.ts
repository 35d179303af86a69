import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Model, Operation, SlipwayError, Webservice, type Workspace } from '@slipway/sdk';
import { processesMentioning, seededRandom, temporaryFolder, waitFor } from '@slipway/testkit';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { writeVariant } from '../harness/models.ts';

const OPERATIONS = 50;

/** What is to be collected is then collected at the next start, however young. */
const NO_GRACE = { SLIPWAY_UPLOAD_GRACE_SECONDS: '0' };

/** What the control plane has acknowledged. What it did not answer may be so or so. */
interface Ledger {
  readonly models: Set<string>;
  readonly services: Set<string>;
  readonly deleted: Set<string>;
  readonly unsure: Set<string>;
}

test('kill -9 of the control plane at random moments loses nothing, halves nothing, leaves nothing', async (t) => {
  const installation = await startInstallation(t);
  const folder = await temporaryFolder(t);
  const random = seededRandom(20);
  const ledger: Ledger = { models: new Set(), services: new Set(), deleted: new Set(), unsure: new Set() };

  for (let i = 0; i < OPERATIONS; i += 1) {
    const file = await writeVariant(folder, i);
    const work = attempt(await installation.workspace(), ledger, { file, number: i, choice: random() });
    if (random() < 0.5) {
      await delay(random() * 250);
      await installation.killServer();
      await installation.startServer();
    }
    await work;
  }

  await installation.killServer();
  await installation.startServer(NO_GRACE);
  const workspace = await installation.workspace();
  await everythingEnded(workspace);
  await checkModels(workspace, ledger, join(folder, 'downloads'));
  await checkServices(workspace, ledger);
  await checkProcesses(workspace, installation);
  await removeEverything(workspace);
  await installation.killServer();
  await installation.startServer(NO_GRACE);
  await checkNothingStored(installation);
});

async function attempt(
  workspace: Workspace,
  ledger: Ledger,
  { file, number, choice }: { file: string; number: number; choice: number },
): Promise<void> {
  if (choice < 0.4) await registerModel(workspace, ledger, file, `model-${number % 7}`);
  else if (choice < 0.75) await deployService(workspace, ledger, file, `service-${number % 4}`);
  else await deleteService(workspace, ledger, `service-${number % 4}`);
}

async function registerModel(
  workspace: Workspace,
  ledger: Ledger,
  file: string,
  name: string,
): Promise<void> {
  const model = await answered(Model.register({ workspace, modelPath: file, modelName: name }));
  if (model !== undefined) ledger.models.add(model.id);
}

async function deployService(
  workspace: Workspace,
  ledger: Ledger,
  file: string,
  name: string,
): Promise<void> {
  ledger.unsure.add(name);
  const service = await answered(Model.deploy({ workspace, name, models: [file], overwrite: true }));
  if (service === undefined) return;
  ledger.unsure.delete(name);
  ledger.deleted.delete(name);
  ledger.services.add(name);
  for (const id of service.models) ledger.models.add(id);
}

async function deleteService(workspace: Workspace, ledger: Ledger, name: string): Promise<void> {
  ledger.unsure.add(name);
  const done = await answered(
    Webservice.get({ workspace, name }).then(
      (service) => service.delete().then(() => true),
      (error: unknown) => {
        if (error instanceof SlipwayError && error.code === 'not_found') return true;
        throw error;
      },
    ),
  );
  if (done === undefined) return;
  ledger.unsure.delete(name);
  ledger.services.delete(name);
  ledger.deleted.add(name);
}

/** The answer, or `undefined` if the control plane died before it gave one or was busy with the service. */
async function answered<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    const expected = ['unavailable', 'conflict', 'deadline_exceeded', 'precondition_failed', 'not_found'];
    if (error instanceof SlipwayError && expected.includes(error.code)) return undefined;
    throw error;
  }
}

async function everythingEnded(workspace: Workspace): Promise<void> {
  const open = async () => {
    const operations = await Operation.list({ workspace });
    return operations.filter(({ state }) => state === 'NotStarted' || state === 'Running');
  };
  await waitFor(async () => (await open()).length === 0, {
    what: 'every operation to end',
    timeoutMs: 60_000,
  });
}

async function checkModels(workspace: Workspace, ledger: Ledger, folder: string): Promise<void> {
  const models = await Model.list({ workspace });
  const ids = new Set(models.map(({ id }) => id));
  for (const id of ledger.models) assert.ok(ids.has(id), `${id} was acknowledged and is gone`);
  for (const model of models) await model.download({ targetDir: join(folder, model.id.replace(':', '-')) });
}

async function checkServices(workspace: Workspace, ledger: Ledger): Promise<void> {
  const services = await Webservice.list({ workspace });
  const names = new Set(services.map(({ name }) => name));
  for (const name of ledger.services) {
    if (!ledger.unsure.has(name)) assert.ok(names.has(name), `${name} was acknowledged and is gone`);
  }
  for (const name of ledger.deleted) {
    if (!ledger.unsure.has(name)) assert.ok(!names.has(name), `${name} was deleted and is there`);
  }
  for (const service of services) {
    await waitFor(async () => (await service.refresh()).state === 'Healthy', {
      what: `${service.name} to be healthy`,
      timeoutMs: 60_000,
    });
    const answer = await service.run({ inputs: { a: [[1, 2]], b: [[3, 4]] } });
    assert.deepEqual(answer, { outputs: { sum: [[4, 6]] } });
  }
}

async function checkProcesses(workspace: Workspace, { home }: Installation): Promise<void> {
  const services = await Webservice.list({ workspace });
  const wanted = services.reduce((sum, { numReplicas }) => sum + numReplicas, 0);
  const running = async () =>
    (await processesMentioning(home)).filter(({ commandLine }) => commandLine.includes('spec.json'));
  await waitFor(async () => (await running()).length === wanted, {
    what: `no more and no fewer than ${wanted} replicas`,
    timeoutMs: 30_000,
  });
}

async function removeEverything(workspace: Workspace): Promise<void> {
  for (const service of await Webservice.list({ workspace })) await service.delete();
  for (const model of await Model.list({ workspace })) await model.delete();
}

async function checkNothingStored({ home }: Installation): Promise<void> {
  const left = async () => [
    ...(await readdir(join(home, 'store', 'blobs', 'sha256'))),
    ...(await readdir(join(home, 'store', 'uploads'))),
    ...(await readdir(join(home, 'models'))),
    ...(await readdir(join(home, 'replicas'))),
    ...(await readdir(join(home, 'services'))),
  ];
  await waitFor(async () => (await left()).length === 0, {
    what: 'the store to be empty',
    timeoutMs: 15_000,
  }).catch(async (error: unknown) => assert.fail(`${String(error)} Left: ${(await left()).join(', ')}`));
}
