import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SlipwayError } from '@slipway/contract';
import { DEFAULT_DEPLOYMENT } from '@slipway/contract/api';
import {
  killProcessesMentioning,
  onTestEnd,
  type TestScope,
  temporaryFolder,
  waitFor,
} from '@slipway/testkit';
import { writeJsonFile } from '@slipway/transport';
import { openHome } from '../../home/open-home.ts';
import { describeTarget } from '../describe-target.ts';
import { createDeviceInventory } from '../devices/device-inventory.ts';
import { type LocalTargetOptions, openLocalTarget } from './local-target.ts';
import { KEPT_ENDED_REPLICAS } from './replica-folder.ts';

async function localOptions(t: TestScope): Promise<LocalTargetOptions> {
  const home = await openHome(await temporaryFolder(t));
  onTestEnd(t, () => killProcessesMentioning(home.root));
  return {
    home,
    runtimeMain: fileURLToPath(new URL('../../fixtures/fake-replica.js', import.meta.url)),
    logLevel: 'info',
    checkout: async () => {},
    placeScript: () => assert.fail('there is no script'),
    ensureAuth: async (uid) => {
      await mkdir(home.service(uid), { recursive: true });
      await writeJsonFile(home.serviceAuth(uid), { kind: 'ServiceAuth', generation: 1, mode: 'none' });
    },
    changed: () => {},
    inventory: createDeviceInventory({ devices: [], problem: null }, { fpga: 2 }),
  };
}

function order(id: string) {
  const service = { uid: 'u', name: 'digits', workspace: 'default' };
  const models = [{ name: 'one', version: 1, digest: 'sha256:00' }];
  return { id, service, revision: 1, models, config: DEFAULT_DEPLOYMENT, devices: {} };
}

describeTarget('local target', async (t) => {
  const target = await openLocalTarget(await localOptions(t));
  return {
    target,
    crash: async ({ id, pid }) => {
      if (pid !== null) process.kill(pid, 'SIGKILL');
      await waitFor(async () => (await target.observe()).some((r) => r.id === id && !r.alive), {
        what: 'the end',
      });
    },
  };
});

test('a target finds the replicas of the one before it, and those whose folder is gone', async (t) => {
  const options = await localOptions(t);
  const before = await openLocalTarget(options);
  for (const id of ['a', 'b']) await before.start(order(id));
  const pids = await waitFor(
    async () => {
      const seen = await before.observe();
      return seen.every(({ state }) => state?.phase === 'ready') && seen.map(({ pid }) => pid);
    },
    { what: 'two replicas' },
  );
  await rm(options.home.replica('b'), { recursive: true });
  const after = await openLocalTarget(options);
  const found = (await after.observe()).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  assert.deepEqual(
    found.map(({ pid }) => pid),
    pids,
  );
  assert.deepEqual(
    found.map(({ serviceUid }) => serviceUid),
    ['u', undefined],
  );
});

test('what cannot be started leaves no folder', async (t) => {
  const options = await localOptions(t);
  const target = await openLocalTarget({
    ...options,
    ensureAuth: async () => {
      throw new SlipwayError('corrupt', 'No key.');
    },
  });
  await assert.rejects(target.start(order('a')), { code: 'corrupt' });
  assert.deepEqual(await readdir(options.home.replicas), []);
  assert.deepEqual(await target.observe(), []);
});

test('the logs of the last replicas that ended are kept', async (t) => {
  const options = await localOptions(t);
  const { home } = options;
  const target = await openLocalTarget(options);
  for (let index = 0; index < KEPT_ENDED_REPLICAS + 2; index += 1) {
    const id = `r${index}`;
    await target.start(order(id));
    await target.stop(id, 'kill');
    await waitFor(async () => (await target.observe())[0]?.alive === false, { what: 'the end' });
    await target.stop(id, 'forget');
  }
  const kept = await readdir(home.replicas);
  assert.equal(kept.length, KEPT_ENDED_REPLICAS);
  assert.ok(!kept.includes('r0') && kept.includes('r6'));
  assert.deepEqual(await (await openLocalTarget(options)).observe(), []);
  await readFile(join(home.replica('r6'), 'replica.log'));
});
