import { type ModelVersionState, type ReplicaState, SlipwayError } from '@slipway/contract';
import type { Capacity } from '@slipway/contract/api';
import type { ModelVersion } from '../../store/collections.ts';
import { countDevices, type TargetDevice } from '../devices/device.ts';
import type { ReplicaOrder } from '../replica-order.ts';
import type { ObservedReplica, StopMode, Target } from '../target.ts';

/** A target whose replicas are entries of a table: for tests, and to see what the planner would do. */
export interface MemoryTarget extends Target {
  /** Changes what a replica says of itself, or ends it. */
  change(id: string, change: Partial<ReplicaState> | 'end'): void;
}

const ENDED = { alive: false, holdsDevices: false, pid: null, memoryBytes: null };

/** A target without processes. A replica is ready as soon as it is started. */
export function createMemoryTarget(
  capacity: Omit<Capacity, 'devices'>,
  devices: readonly TargetDevice[] = [],
): MemoryTarget {
  const replicas = new Map<string, ObservedReplica>();
  const end = (id: string) => {
    const replica = replicas.get(id);
    if (replica !== undefined) replicas.set(id, { ...replica, ...ENDED });
  };
  return {
    capacity: { ...capacity, devices: countDevices(devices) },
    devices,
    observe: async (serviceUid) =>
      [...replicas.values()].filter((r) => serviceUid === undefined || r.serviceUid === serviceUid),
    start: async (order: ReplicaOrder) => {
      replicas.set(order.id, readyReplica(order, replicas.size));
    },
    stop: async (id: string, mode: StopMode) => {
      if (mode === 'forget') replicas.delete(id);
      else end(id);
    },
    setModels: async (id, models) => {
      const replica = replicas.get(id);
      if (!replica?.alive || replica.state === null) throw notThere(id);
      const modelsGeneration = replica.modelsGeneration + 1;
      const state = { ...replica.state, modelsGeneration, versions: models.map(readyVersion) };
      replicas.set(id, { ...replica, models, modelsGeneration, state });
    },
    ask: async (id: string) => {
      const replica = replicas.get(id);
      if (replica?.alive && replica.state !== null) return replica.state;
      throw notThere(id);
    },
    change: (id, change) => {
      const replica = replicas.get(id);
      if (change === 'end') end(id);
      else if (replica?.state) replicas.set(id, { ...replica, state: { ...replica.state, ...change } });
    },
  };
}

function notThere(id: string): SlipwayError {
  return new SlipwayError('unavailable', `Replica ${id} does not listen yet, or any more.`);
}

function readyVersion({ name, version, labels = [] }: ModelVersion): ModelVersionState {
  return { name, version, phase: 'AVAILABLE', labels, error: null };
}

function readyReplica(order: ReplicaOrder, index: number): ObservedReplica {
  const port = 40_000 + index;
  return {
    id: order.id,
    serviceUid: order.service.uid,
    revision: order.revision,
    models: order.models,
    modelsGeneration: 1,
    alive: true,
    holdsDevices: true,
    state: {
      kind: 'ReplicaState',
      replicaId: order.id,
      pid: port,
      phase: 'ready',
      port,
      adminPort: port,
      authGeneration: 1,
      error: null,
      models: [],
      modelsGeneration: 1,
      versions: order.models.map(readyVersion),
      inFlight: 0,
      queued: 0,
    },
    host: '127.0.0.1',
    pid: port,
    memoryBytes: 100e6,
    devices: order.devices,
    startedAt: Date.now(),
  };
}
