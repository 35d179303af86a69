import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceState } from '@slipway/contract/api';
import { onTestEnd, type TestScope, waitFor } from '@slipway/testkit';
import pino from 'pino';
import { addRevisionOf, addService } from '../fixtures/service-records.ts';
import { createMemoryRouter } from '../gateway/memory-router.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import type { Store } from '../store/store.ts';
import { createMemoryTarget, type MemoryTarget } from '../targets/memory/memory-target.ts';
import { createReconciler } from './reconciler.ts';

async function startReconciler(t: TestScope, store: Store, target: MemoryTarget) {
  const router = createMemoryRouter();
  const log = pino({ level: 'silent' });
  const kept: number[] = [];
  const keepAuth = async ({ authGeneration }: { authGeneration: number }) => kept.push(authGeneration);
  const reconciler = createReconciler({ store, target, router, log, keepAuth });
  onTestEnd(t, () => reconciler.stop());
  await reconciler.start();
  return { reconciler, router, kept };
}

async function inState(store: Store, name: string, state: ServiceState, revision?: number) {
  return await waitFor(
    async () => {
      const status = (await store.read((reader) => reader.get('serviceStatus', name)))?.value;
      return (
        status?.state === state && (revision ?? status.activeRevision) === status.activeRevision && status
      );
    },
    { what: `${name} to be ${state}` },
  );
}

const small = { cpuCores: 1, memoryGb: 1 };

test('a service becomes healthy, and a new revision takes the place of the first without a gap', async (t) => {
  const store = createMemoryStore();
  const target = createMemoryTarget({ cpuCores: 4, memoryGb: 4 });
  await addService(store, { uid: 'u', name: 'digits' });
  await addRevisionOf(store, 'u', 1, { ...small, numReplicas: 2 });
  const { reconciler, router, kept } = await startReconciler(t, store, target);
  assert.equal((await inState(store, 'digits', 'Healthy', 1)).readyReplicas, 2);
  const before = router.history.length;
  await addRevisionOf(store, 'u', 2, { ...small, numReplicas: 2 });
  await addService(store, { uid: 'u', name: 'digits', revision: 2, authGeneration: 2 });
  await reconciler.wake('digits');
  await inState(store, 'digits', 'Healthy', 2);
  for (const { replicas } of router.history.slice(before)) assert.ok(replicas.length >= 2);
  const first = await store.read((reader) => reader.get('revisions', 'u/1'));
  assert.equal(first?.value.status, 'superseded');
  assert.deepEqual(kept, [1, 2]);
  await waitFor(async () => (await target.observe()).length === 2, { what: 'the old ones to be gone' });
});

test('a revision that cannot be makes the service want its active one again, with its way of authentication', async (t) => {
  const store = createMemoryStore();
  const target = createMemoryTarget({ cpuCores: 4, memoryGb: 4 });
  await addService(store, { uid: 'u', name: 'digits' });
  await addRevisionOf(store, 'u', 1, { ...small, authEnabled: false });
  const { reconciler } = await startReconciler(t, store, target);
  await inState(store, 'digits', 'Healthy', 1);
  await addRevisionOf(store, 'u', 2, { cpuCores: 1, memoryGb: 400 });
  await addService(store, { uid: 'u', name: 'digits', revision: 2, authMode: 'token', authGeneration: 5 });
  await reconciler.wake('digits');
  const service = await waitFor(
    async () => {
      const found = (await store.read((reader) => reader.get('services', 'digits')))?.value;
      return found?.revision === 1 && found;
    },
    { what: 'the rollback' },
  );
  assert.deepEqual([service.authMode, service.authGeneration], ['none', 6]);
  const revision = (await store.read((reader) => reader.get('revisions', 'u/2')))?.value;
  assert.deepEqual([revision?.status, revision?.error?.code], ['failed', 'unschedulable']);
  await inState(store, 'digits', 'Healthy', 1);
});

test('services share a machine, and what waits for room is placed when there is some', async (t) => {
  const store = createMemoryStore();
  const target = createMemoryTarget({ cpuCores: 2, memoryGb: 2 });
  for (const name of ['first', 'second']) {
    await addService(store, { uid: name, name });
    await addRevisionOf(store, name, 1, { cpuCores: 1, memoryGb: 1.5 });
  }
  const { reconciler } = await startReconciler(t, store, target);
  const states = () =>
    store.read(async (reader) => [
      (await reader.get('serviceStatus', 'first'))?.value,
      (await reader.get('serviceStatus', 'second'))?.value,
    ]);
  await waitFor(
    async () =>
      (await states())
        .map((s) => s?.state)
        .toSorted()
        .join() === 'Healthy,Unschedulable',
    { what: 'one with and one without room' },
  );
  const [first, second] = await states();
  const [placed, waiting] = first?.state === 'Healthy' ? ['first', 'second'] : ['second', 'first'];
  assert.match((first?.error ?? second?.error)?.message ?? '', /free are 1 CPU cores and 0.5 GB/);
  await addService(store, { uid: placed, name: placed, deleting: true });
  await reconciler.wake(placed);
  await inState(store, waiting, 'Healthy', 1);
});

test('what runs keeps its device when a control plane begins, whoever looks first', async (t) => {
  const store = createMemoryStore();
  const device = { class: 'fpga', id: '0', name: 'fpga 0', memoryMb: null, driver: null, declared: true };
  const memory = createMemoryTarget({ cpuCores: 4, memoryGb: 4 }, [device]);
  const target: MemoryTarget = {
    ...memory,
    observe: async (uid) => {
      // The one that has it is the last to be looked at.
      if (uid === 'owner') await sleep(200);
      return await memory.observe(uid);
    },
  };
  const names = ['before', 'owner', 'zz-after'];
  const revisions = new Map<string, Awaited<ReturnType<typeof addRevisionOf>>>();
  for (const name of names) {
    await addService(store, { uid: name, name });
    revisions.set(name, await addRevisionOf(store, name, 1, { ...small, devices: { fpga: 1 } }));
  }
  const { config, models } = revisions.get('owner') ?? assert.fail();
  const service = { uid: 'owner', name: 'owner', workspace: 'default' };
  await target.start({ id: 'old', service, revision: 1, models, config, devices: { fpga: ['0'] } });
  await startReconciler(t, store, target);
  await inState(store, 'owner', 'Healthy', 1);
  const refused = await inState(store, 'before', 'Unschedulable');
  assert.match(refused.error?.message ?? '', /free are 3 CPU cores, 3 GB and 0 fpga/);
  assert.deepEqual(
    (await target.observe()).map(({ id, devices }) => [id, devices]),
    [['old', { fpga: ['0'] }]],
  );
});

test('a replica that ends again and again is started later and later, and everybody can see it', async (t) => {
  const store = createMemoryStore();
  const target = createMemoryTarget({ cpuCores: 4, memoryGb: 4 });
  await addService(store, { uid: 'u', name: 'digits' });
  await addRevisionOf(store, 'u', 1, small);
  await startReconciler(t, store, target);
  await inState(store, 'digits', 'Healthy', 1);
  for (let crash = 1; crash <= 2; crash += 1) {
    const alive = await waitFor(async () => (await target.observe()).find((r) => r.alive), {
      what: 'a replica',
    });
    await inState(store, 'digits', 'Healthy', 1);
    target.change(alive.id, 'end');
    await waitFor(async () => !(await target.observe()).some((r) => r.id === alive.id), { what: 'notice' });
  }
  assert.match((await inState(store, 'digits', 'Unhealthy')).error?.message ?? '', /ended while it served/);
  const events = await store.read((reader) =>
    reader.list('events', { where: { serviceUid: 'u' }, limit: 100 }),
  );
  const backOff = events.find(({ value }) => value.reason === 'CrashLoopBackOff');
  assert.equal(backOff?.value.message, 'A replica ended 2 times in a row; the next start waits 1 s.');
  await inState(store, 'digits', 'Healthy', 1);
});
