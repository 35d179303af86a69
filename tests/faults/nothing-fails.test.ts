import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type TestScope, waitFor } from '@slipway/testkit';
import { deploy, replicaPids, waitForReplicas } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { BLANK_DIGIT, writeModels } from '../harness/models.ts';
import { type Scorers, score, startScorers } from '../harness/scorers.ts';

/** What the callers of a service may be busy with while something happens to it. */
const CLIENTS = 8;

/** Requests before and after the incident: enough that some are on their way at any moment. */
const WARM = 400;

/** The promise: a replica that was killed is back within this time. */
const BACK_WITHIN_MS = 5_000;

const TWO_REPLICAS = { numReplicas: 2 } as const;

test('kill -9 of one of two replicas fails no request, and the replica is back within 5 s', async (t) => {
  const { service, scorers } = await startDigits(t);

  const [victim = 0] = await replicaPids(service);
  process.kill(victim, 'SIGKILL');

  await waitForReplicas(service, { count: 2, without: [victim], timeoutMs: BACK_WITHIN_MS });
  await finishWithoutFailure(scorers);
});

test('a rolling update and a rollback fail no request', async (t) => {
  const { service, scorers } = await startDigits(t);
  const before = await replicaPids(service);

  await service.update({ deploymentConfig: { scoringTimeoutMs: 30_000 } });
  await service.waitForDeployment({ timeoutSec: 60 });
  const updated = await waitForReplicas(service, { count: 2, without: before, timeoutMs: 30_000 });
  assert.deepEqual(new Set(updated.map(({ revision }) => revision)), new Set([2]));

  await service.rollback();
  await service.waitForDeployment({ timeoutSec: 60 });
  assert.equal(service.deploymentConfig.scoringTimeoutMs, 60_000);
  await finishWithoutFailure(scorers);
});

test('scaling up and down fails no request and restarts nothing', async (t) => {
  const { service, scorers } = await startDigits(t);
  const before = await replicaPids(service);

  await service.update({ deploymentConfig: { numReplicas: 3 } });
  await service.waitForDeployment({ timeoutSec: 60 });
  const three = await replicaPids(service);
  assert.equal(three.length, 3);
  for (const pid of before) assert.ok(three.includes(pid), `replica ${pid} was restarted`);

  await service.update({ deploymentConfig: { numReplicas: 1 } });
  await service.waitForDeployment({ timeoutSec: 60 });
  await waitForReplicas(service, { count: 1, timeoutMs: 30_000 });
  await finishWithoutFailure(scorers);
});

test('a key rotation fails no request, and ends the old key at once', async (t) => {
  const { service, key, scorers } = await startDigits(t);
  const before = await replicaPids(service);

  const { secondaryKey } = await service.regenKey('Secondary');
  scorers.useKey(secondaryKey);
  await scorers.advance(WARM);
  await service.regenKey('Primary');

  const agent = new Agent();
  for (let i = 0; i < 20; i += 1) {
    const refused = await score(agent, { uri: service.scoringUri, key, body: BLANK_DIGIT });
    assert.match(refused ?? '200', /^401 .*invalid key/);
  }
  assert.deepEqual(await replicaPids(service), before);
  await finishWithoutFailure(scorers);
});

test('scoring goes on while the control plane is dead, and it adopts the replicas when it is back', async (t) => {
  const { installation, service, scorers } = await startDigits(t);
  const before = await replicaPids(service);

  await installation.killServer();
  await scorers.advance(WARM);
  await installation.startServer();

  await scorers.advance(WARM);
  assert.deepEqual(await replicaPids(service), before);
  const [victim = 0] = before;
  process.kill(victim, 'SIGKILL');
  await waitForReplicas(service, { count: 2, without: [victim], timeoutMs: BACK_WITHIN_MS });
  await finishWithoutFailure(scorers);
});

test('a run stuck past its deadline fails alone, and costs only its replica', async (t) => {
  await getStuck(t, { turns: 10, meanwhile: async () => undefined });
});

test('a stuck run fails alone even if the machine holds the replicas meanwhile for longer than a request may wait', async (t) => {
  const hold = async (pids: readonly number[]) => {
    await pause(AMID_STUCK_RUN_MS);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await pause(HOLD_MS);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  };
  await getStuck(t, { turns: WAITED_FOR_TURNS, meanwhile: hold });
});

/** Until a run that will be stuck has others waiting behind it. */
const AMID_STUCK_RUN_MS = 900;

/** More than a queue lets requests wait, which is half a second. */
const HOLD_MS = 700;

/** Turns of the loop that take long enough for the next requests to wait for their turn: some milliseconds. */
const WAITED_FOR_TURNS = 3_000;

interface StuckRun {
  /** What every request but the stuck one asks for. */
  readonly turns: number;
  /** Called with the process ids of both replicas while one of them is stuck. */
  readonly meanwhile: (pids: readonly number[]) => Promise<void>;
}

/** A request that never ends, on one of two replicas. */
async function getStuck(t: TestScope, { turns, meanwhile }: StuckRun): Promise<void> {
  const installation = await startInstallation(t);
  const { loop } = await writeModels(t);
  const config = { ...TWO_REPLICAS, scoringTimeoutMs: 2_000 };
  const { service, key } = await deploy(installation, { name: 'loop', model: loop, config });
  const body = JSON.stringify({ data: [turns] });
  const scorers = startScorers(t, { uri: service.scoringUri, key, body, clients: CLIENTS });
  await scorers.advance(WARM);
  const before = await replicaPids(service);

  const answer = score(new Agent(), { uri: service.scoringUri, key, body: '{"data": [1000000000000]}' });
  await meanwhile(before);
  assert.match((await answer) ?? '200', /^504 /);

  const after = await waitFor(
    async () => {
      const serving = (await service.replicas()).filter(({ phase, routed }) => phase === 'ready' && routed);
      const pids = serving.map(({ pid }) => pid ?? 0);
      return pids.length === 2 && pids.some((pid) => !before.includes(pid)) && pids;
    },
    { what: 'the stuck replica to be replaced', timeoutMs: 30_000 },
  );
  assert.equal(after.filter((pid) => before.includes(pid)).length, 1, 'only one replica was to go');
  await finishWithoutFailure(scorers);
}

/** The digit model on two replicas, with callers that score without a pause. */
async function startDigits(t: TestScope) {
  const installation = await startInstallation(t);
  const { digits } = await writeModels(t);
  const { service, key } = await deploy(installation, {
    name: 'digits',
    model: digits,
    config: TWO_REPLICAS,
  });
  const scorers = startScorers(t, { uri: service.scoringUri, key, body: BLANK_DIGIT, clients: CLIENTS });
  await scorers.advance(WARM);
  return { installation, service, key, scorers };
}

async function finishWithoutFailure(scorers: Scorers): Promise<void> {
  await scorers.advance(WARM);
  await scorers.stop();
  assert.deepEqual(scorers.failures, []);
}
