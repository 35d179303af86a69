import { setTimeout as sleep } from 'node:timers/promises';
import { SlipwayError } from '@slipway/contract';
import type { Replica } from '@slipway/contract/api';
import type { Fleet } from '../reconcile/fleet.ts';
import { failureOf } from '../reconcile/plan/assess.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import { isAlive, type ReplicaNote, takenBy, viewOf } from '../reconcile/replica-notes.ts';
import { totalOf } from '../resources/computes/capacity.ts';
import type { Store } from '../store/store.ts';
import type { Target } from '../targets/target.ts';
import type { AuthFiles } from './auth-files.ts';
import { withHolders } from './device-holders.ts';
import type { ReplicaLogs } from './replica-logs.ts';

/** How long all replicas of a service may take to read a key file of a few hundred bytes. */
const AUTH_TIMEOUT_MS = 10_000;
const AUTH_ASK_MS = 2_000;
const AUTH_RETRY_MS = 50;

export interface FleetDeps {
  readonly store: Store;
  readonly target: Target;
  readonly reconciler: Reconciler;
  readonly authFiles: AuthFiles;
  readonly logs: ReplicaLogs;
}

/** The live side of services. */
export function createFleet({ store, target, reconciler, authFiles, logs }: FleetDeps): Fleet {
  const notesOf = (service: string) => [...(reconciler.live(service)?.notes.replicas.values() ?? [])];

  async function applyAuth(serviceName: string): Promise<void> {
    const service = (await store.read((reader) => reader.get('services', serviceName)))?.value;
    if (service === undefined) {
      throw new SlipwayError('not_found', `There is no service "${serviceName}".`);
    }
    const generation = await authFiles.write(service);
    const deadline = performance.now() + AUTH_TIMEOUT_MS;
    await Promise.all(notesOf(serviceName).map((note) => useGeneration(note, generation, deadline)));
  }

  /** Returns when the replica uses the key file of `generation`, or is none that callers could reach. */
  async function useGeneration(note: ReplicaNote, generation: number, deadline: number): Promise<void> {
    while (isAlive(note) && note.drainedAt === null && note.observed?.state?.port != null) {
      const state = await target.ask(note.id, 'reload', AUTH_ASK_MS).catch(() => undefined);
      if (state !== undefined && state.authGeneration >= generation) return;
      if (performance.now() > deadline) throw keepsOldKeys(note.id);
      await sleep(AUTH_RETRY_MS);
    }
  }

  return {
    replicas: (serviceName) => notesOf(serviceName).filter(isAlive).map(replicaView),
    logs: (serviceName, options) => logs.read(serviceName, options),
    applyAuth,
    capacity: () => {
      const { cpuCores, memoryGb, devices } = totalOf(reconciler.all().map(({ notes }) => takenBy(notes)));
      const allocated = { cpuCores: rounded(cpuCores), memoryGb: rounded(memoryGb), devices };
      return { total: target.capacity, allocated };
    },
    devices: () => withHolders(target.devices, reconciler.all()),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function keepsOldKeys(replica: string): SlipwayError {
  return new SlipwayError(
    'unavailable',
    `Replica ${replica} has not taken over the new keys within ${AUTH_TIMEOUT_MS / 1000} s. They are stored, and it will use them when it answers again or is replaced.`,
    { details: { replica } },
  );
}

function replicaView(note: ReplicaNote): Replica {
  const { observed } = note;
  const state = observed?.state ?? null;
  const error = viewOf(note, null).error;
  return {
    id: note.id,
    revision: note.revision,
    phase: note.drainedAt === null ? (state?.phase ?? 'starting') : 'draining',
    routed: note.routed,
    pid: observed?.pid ?? null,
    address: observed !== null && state?.port != null ? `${observed.host}:${state.port}` : null,
    memoryBytes: observed?.memoryBytes ?? null,
    devices: Object.fromEntries(Object.entries(note.devices).map(([name, ids]) => [name, [...ids]])),
    lane: state?.models[0]?.lane ?? null,
    // A replica that an older version started says nothing of them.
    executionProviders: (state?.models[0]?.providers ?? []).map((one) => ({ ...one })),
    startedAt: new Date(observed?.startedAt ?? Date.now()).toISOString(),
    error: error === null ? null : failureOf(error),
  };
}
