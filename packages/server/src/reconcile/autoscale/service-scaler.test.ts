import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_AUTOSCALER, type DeploymentConfig } from '@slipway/contract/api';
import { addRevisionOf, addService } from '../../fixtures/service-records.ts';
import type { Traffic } from '../../gateway/router.ts';
import { createMemoryStore } from '../../store/memory/memory-store.ts';
import type { Actual } from '../plan/world.ts';
import { desiredOf, readSnapshot, type ServiceSnapshot } from '../snapshot.ts';
import { createServiceScaler } from './service-scaler.ts';

const AUTOSCALED = { cpuCores: 1, memoryGb: 1, autoscaler: DEFAULT_AUTOSCALER };

/** A service whose revision 1 is active, if `isActive`. */
async function snapshotOf(config: Partial<DeploymentConfig>, isActive = true): Promise<ServiceSnapshot> {
  const store = createMemoryStore();
  await addService(store, { uid: 'u', name: 'digits' });
  await addRevisionOf(store, 'u', 1, config);
  const activeRevision = isActive ? 1 : null;
  const status = { uid: 'u', state: 'Healthy', error: null, activeRevision, readyReplicas: 1 } as const;
  await store.write((writer) => writer.put('serviceStatus', 'digits', status));
  return (await store.read((reader) => readSnapshot(reader, 'digits'))) ?? assert.fail();
}

const ACTUAL: Actual = {
  replicas: [],
  restarts: [],
  rollout: { startedAt: 0, everReady: true },
  capacity: { cpuCores: 4, memoryGb: 100, devices: {} },
  taken: { cpuCores: 0, memoryGb: 0, devices: {} },
};

/** What a gateway tells whose replicas were busy all the time until `atMs`. */
function busyUntil(atMs: number, gatewayPid = 1, waiting = 0, replicas = 1): Traffic {
  const load = { atMs, runningMs: atMs * replicas, waitingMs: atMs * waiting, replicas, held: 0 };
  return { gatewayPid, inFlight: {}, loads: { digits: load } };
}

test('two looks at one gateway decide, and what was decided takes the place of the number of replicas', async () => {
  const snapshot = await snapshotOf(AUTOSCALED);
  const desired = desiredOf(snapshot);
  const scaler = createServiceScaler('digits', 60_000);
  assert.equal(scaler.dueInMs(0), undefined);
  assert.equal(scaler.scaled(snapshot, desired, () => 1, 0).wanted?.numReplicas, 1);
  assert.equal(scaler.dueInMs(0), 0);
  assert.deepEqual(scaler.look(desired, ACTUAL, busyUntil(5_000), 0), []);
  assert.equal(scaler.dueInMs(400), 600);
  const [event, ...others] = scaler.look(desired, ACTUAL, busyUntil(6_000), 1_000);
  assert.deepEqual(others, []);
  assert.equal(event?.message, 'Replicas 1 → 2: utilisation 100 % (1.00 busy of 1), target 70 %.');
  const scaled = scaler.scaled(snapshot, desired, () => 1, 1_000);
  assert.deepEqual([scaled.wanted?.numReplicas, scaled.active?.numReplicas], [2, 2]);
  assert.equal(scaled.wanted?.template, desired.wanted?.template);
  assert.equal(scaler.status()?.last?.to, 2);
});

test('nothing is decided while the gateway is silent, or another than before', async () => {
  const snapshot = await snapshotOf(AUTOSCALED);
  const desired = desiredOf(snapshot);
  const scaler = createServiceScaler('digits', 60_000);
  scaler.scaled(snapshot, desired, () => 1, 0);
  for (const traffic of [busyUntil(1_000), null, busyUntil(2_000), busyUntil(3_000, 2)]) {
    assert.deepEqual(scaler.look(desired, ACTUAL, traffic, 1_000), []);
  }
  assert.equal(scaler.look(desired, ACTUAL, busyUntil(4_000, 2), 2_000).length, 1);
});

test('another control plane goes on from what runs, within limits that may have changed', async () => {
  const snapshot = await snapshotOf(AUTOSCALED);
  const after = createServiceScaler('digits', 60_000).scaled(snapshot, desiredOf(snapshot), () => 7, 0);
  assert.equal(after.wanted?.numReplicas, 7);
  const narrower = await snapshotOf({ ...AUTOSCALED, autoscaler: { ...DEFAULT_AUTOSCALER, maxReplicas: 3 } });
  const held = createServiceScaler('digits', 60_000).scaled(narrower, desiredOf(narrower), () => 7, 0);
  assert.equal(held.wanted?.numReplicas, 3);
});

test('a new revision of a service that may have no replica begins with one', async () => {
  const config = { ...AUTOSCALED, autoscaler: { ...DEFAULT_AUTOSCALER, minReplicas: 0 } };
  const snapshot = await snapshotOf(config, false);
  const { wanted } = createServiceScaler('digits', 60_000).scaled(snapshot, desiredOf(snapshot), () => 0, 0);
  assert.equal(wanted?.numReplicas, 1);
});

test('room that is missing is told once, with what fits', async () => {
  const snapshot = await snapshotOf({ ...AUTOSCALED, cpuCores: 3 });
  const desired = desiredOf(snapshot);
  const scaler = createServiceScaler('digits', 60_000);
  scaler.scaled(snapshot, desired, () => 1, 0);
  scaler.look(desired, ACTUAL, busyUntil(1_000), 0);
  const [event] = scaler.look(desired, ACTUAL, busyUntil(2_000), 1_000);
  assert.match(event?.message ?? '', /^The load needs 2 replicas, and there is room for 1\./);
  assert.deepEqual(scaler.look(desired, ACTUAL, busyUntil(3_000), 2_000), []);
});

test('room for several, and not for all, is told with what one more would lack', async () => {
  const snapshot = await snapshotOf({ ...AUTOSCALED, cpuCores: 1.5 });
  const desired = desiredOf(snapshot);
  const scaler = createServiceScaler('digits', 60_000);
  scaler.scaled(snapshot, desired, () => 2, 0);
  scaler.look(desired, ACTUAL, busyUntil(1_000, 1, 0, 2), 0);
  const events = scaler.look(desired, ACTUAL, busyUntil(2_000, 1, 0, 2), 1_000);
  assert.match(
    events.at(-1)?.message ?? '',
    /^The load needs \d replicas, and there is room for 2\. 1 replica of 1\.5 CPU cores and 1 GB memory cannot be placed: free are 1 CPU cores/,
  );
});

test('a service with a number of replicas is left alone', async () => {
  const snapshot = await snapshotOf({ numReplicas: 3 });
  const desired = desiredOf(snapshot);
  const scaler = createServiceScaler('digits', 60_000);
  assert.equal(
    scaler.scaled(snapshot, desired, () => 1, 0),
    desired,
  );
  assert.deepEqual([scaler.dueInMs(0), scaler.status()], [undefined, undefined]);
});
