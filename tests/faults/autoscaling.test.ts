import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ComputeTarget, type Webservice } from '@slipway/sdk';
import { type TestScope, waitFor } from '@slipway/testkit';
import { type Deployed, deploy, replicaPids, waitForReplicas } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { BLANK_DIGIT, writeModels } from '../harness/models.ts';
import { type Scorers, startScorers } from '../harness/scorers.ts';

/** Short, so that nobody waits a minute for replicas to go. */
const PATIENCE = { SLIPWAY_SCALE_IN_SECONDS: '3' };

/** Work enough that replicas are busy, however slow their callers are on a busy machine. */
const MANY_DIGITS = JSON.stringify({ data: Array.from({ length: 50 }, () => new Array(784).fill(0)) });

/** Replicas come within seconds; with every core taken by others, in more. */
const SOON_MS = 60_000;

test('load adds replicas and silence takes them away, and neither a kill nor a restart in between harms', async (t) => {
  const installation = await startInstallation(t, undefined, PATIENCE);
  const autoscaler = { maxReplicas: 3, targetUtilization: 50 };
  const { service, key } = await deployDigits(t, installation, autoscaler);
  assert.equal(service.numReplicas, 1);
  const scorers = startScorers(t, { uri: service.scoringUri, key, body: MANY_DIGITS, clients: 6 });
  await waitForReplicas(service, { count: 3, timeoutMs: SOON_MS });

  const [victim = 0] = await replicaPids(service);
  process.kill(victim, 'SIGKILL');
  await waitForReplicas(service, { count: 3, without: [victim], timeoutMs: SOON_MS });
  const before = await replicaPids(service);
  await installation.killServer();
  await scorers.advance(100);
  await installation.startServer(PATIENCE);
  await scorers.advance(1_000);
  assert.deepEqual(await replicaPids(service), before, 'the next control plane goes on from what runs');

  await service.update({ deploymentConfig: { scoringTimeoutMs: 30_000 } });
  await service.waitForDeployment({ timeoutSec: 60 });
  await waitForReplicas(service, { count: 3, without: before, timeoutMs: SOON_MS });
  assert.equal(service.revision, 2);
  assert.deepEqual(service.deploymentConfig.autoscaler?.maxReplicas, 3);

  await stopWithoutFailure(scorers);
  await waitForReplicas(service, { count: 1, timeoutMs: SOON_MS });
  await service.refresh();
  assert.deepEqual([service.numReplicas, service.revision], [1, 2]);
  const { from, to, message } = service.lastScaling ?? assert.fail('a decision');
  assert.ok(from > 1 && to === 1, message);
  assert.match(
    message,
    /^Replicas [23] → 1: utilisation 0 % \(0\.00 busy of [23]\), target 50 %, and no more were/,
  );
  const messages = await eventsOf(service, 'ScaledOut');
  assert.match(
    messages.at(-1) ?? '',
    /^Replicas 1 → 2: utilisation \d+ % \(\d\.\d\d busy of 1(, and work for \d+\.\d\d more waiting)?\), target 50 %\.$/,
  );
  assert.match(messages.at(-2) ?? '', /^Replicas 2 → 3: .*, the most there may be \(maxReplicas\)\.$/);
});

test('a service that nobody calls has no replica, and its first request waits for one', async (t) => {
  const installation = await startInstallation(t, undefined, PATIENCE);
  const { service, key } = await deployDigits(t, installation, { minReplicas: 0, idleSeconds: 2 });
  await waitFor(async () => (await service.replicas()).length === 0, {
    what: 'a service without replicas',
    timeoutMs: SOON_MS,
  });
  assert.equal((await service.refresh()).state, 'Healthy');

  const scorers = startScorers(t, { uri: service.scoringUri, key, body: BLANK_DIGIT, clients: 4 });
  await scorers.advance(10);
  await stopWithoutFailure(scorers);
  const [woken] = await eventsOf(service, 'ScaledOut');
  assert.match(woken ?? '', /^Replicas 0 → 1: ([1-4] requests wait|1 request waits) for a replica\.$/);

  await waitFor(async () => (await service.replicas()).length === 0, {
    what: 'a service without replicas',
    timeoutMs: SOON_MS,
  });
  const [slept] = await eventsOf(service, 'ScaledIn');
  assert.equal(slept, 'Replicas 1 → 0: nobody has called for 2 s (idleSeconds).');
  await installation.killServer();
  await installation.startServer(PATIENCE);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.deepEqual(await service.replicas(), [], 'and has none after a restart of the control plane');
  await service.run({ data: [new Array(784).fill(0)] });
});

test('room is the limit, and that is told with numbers', async (t) => {
  const installation = await startInstallation(t, undefined, PATIENCE);
  const workspace = await installation.workspace();
  const { capacity } = await ComputeTarget.get({ workspace, name: 'local' });
  const memoryGb = Math.floor(capacity.memoryGb * 40) / 100;
  const { service, key } = await deployDigits(t, installation, {}, { memoryGb });
  const scorers = startScorers(t, { uri: service.scoringUri, key, body: MANY_DIGITS, clients: 8 });
  await waitForReplicas(service, { count: 2, timeoutMs: SOON_MS });
  await waitFor(async () => (await eventsOf(service, 'ScaleOutBlocked'))[0], {
    what: 'the event',
    timeoutMs: SOON_MS,
  });
  await stopWithoutFailure(scorers);
  assert.equal((await service.refresh()).state, 'Healthy');
  // Load that falls and rises again is told of again; that it is told once while it lasts, unit tests know.
  for (const message of await eventsOf(service, 'ScaleOutBlocked')) {
    assert.match(
      message,
      /^The load needs \d+ replicas, and there is room for 2\. 1 replica of .* GB memory .*free are/,
    );
  }
});

async function deployDigits(
  scope: TestScope,
  installation: Awaited<ReturnType<typeof startInstallation>>,
  autoscaler: {
    minReplicas?: number;
    maxReplicas?: number;
    targetUtilization?: number;
    idleSeconds?: number;
  },
  more: { memoryGb?: number } = {},
): Promise<Deployed> {
  const { digits: model } = await writeModels(scope);
  // Nobody is turned away for a machine that is slow.
  const config = { memoryGb: 0.1, maxRequestWaitTimeMs: 30_000, ...more, autoscaler };
  return await deploy(installation, { name: 'digits', model, config });
}

async function stopWithoutFailure(scorers: Scorers): Promise<void> {
  await scorers.stop();
  assert.deepEqual(scorers.failures, []);
}

/** The messages of the service's events of that reason, newest first. */
async function eventsOf(service: Webservice, reason: string): Promise<string[]> {
  const events = await service.events();
  return events.filter((event) => event.reason === reason).map(({ message }) => message);
}
