import type { ErrorBody } from '@slipway/contract';
import type { Capacity } from '@slipway/contract/api';
import { NO_CAPACITY, totalOf } from '../resources/computes/capacity.ts';
import { countIds, type DeviceIds } from '../targets/devices/device.ts';
import type { ObservedReplica } from '../targets/target.ts';
import type { ReplicaView, Restart } from './plan/world.ts';

/** What the reconciler remembers of a replica, beside what can be seen. Times are of the monotonic clock. */
export interface ReplicaNote {
  readonly id: string;
  readonly revision: number;
  readonly template: string;
  readonly cpuCores: number;
  readonly memoryGb: number;
  /** Its own until it, and what it has started, has ended. */
  readonly devices: DeviceIds;
  readonly drainGraceMs: number;
  readonly streak: number;
  readonly startedAt: number;
  /** False until the target has begun to start it. */
  started: boolean;
  /** Why the target could not start it. */
  startError: (ErrorBody & { readonly permanent: boolean }) | null;
  readyAt: number | null;
  retiredAt: number | null;
  drainedAt: number | null;
  routed: boolean;
  failedChecks: number;
  /** Health checks that succeeded in a row. */
  succeededChecks: number;
  /** True once a health check has succeeded. */
  answeredOnce: boolean;
  nextCheckAt: number;
  observed: ObservedReplica | null;
  /** When it may be told of other versions; `null` while it is being told. */
  tellAt: number | null;
}

/** What the reconciler remembers of a service. */
export interface ServiceNotes {
  readonly name: string;
  readonly uid: string;
  readonly replicas: Map<string, ReplicaNote>;
  restarts: readonly Restart[];
  /** Ids of versions that a replica could not load. */
  readonly unusable: Set<string>;
  rollout: { readonly revision: number; readonly startedAt: number; everReady: boolean };
}

/** A replica for the planner: what is remembered with what is seen. */
export function viewOf(note: ReplicaNote, requests: number | null): ReplicaView {
  const { observed } = note;
  return {
    id: note.id,
    revision: note.revision,
    template: note.template,
    cpuCores: note.cpuCores,
    memoryGb: note.memoryGb,
    devices: countIds(note.devices),
    drainGraceMs: note.drainGraceMs,
    alive: isAlive(note),
    holdsDevices: holdsDevices(note),
    phase: observed?.state?.phase ?? 'starting',
    error: note.startError ?? observed?.state?.error ?? null,
    startedAt: note.startedAt,
    readyAt: note.readyAt,
    streak: note.streak,
    failedChecks: note.failedChecks,
    memoryBytes: observed?.memoryBytes ?? null,
    routed: note.routed,
    retiredAt: note.retiredAt,
    drainedAt: note.drainedAt,
    requests,
  };
}

/** True while it starts or runs. */
export function isAlive(note: ReplicaNote): boolean {
  if (note.startError !== null) return false;
  return !note.started || note.observed === null || note.observed.alive;
}

/** True while nobody else may have its devices: what it has started may outlive it. */
export function holdsDevices(note: ReplicaNote): boolean {
  return isAlive(note) || note.observed?.holdsDevices === true;
}

/** What the replicas of a service have taken of the machine: everything that runs, also what drains. */
export function takenBy(notes: ServiceNotes): Capacity {
  const holding = [...notes.replicas.values()].filter(holdsDevices);
  return totalOf(
    holding.map((note) => ({ ...(isAlive(note) ? note : NO_CAPACITY), devices: countIds(note.devices) })),
  );
}

/** The devices that the replicas of a service have: as long as they, and what they have started, have not ended. */
export function devicesHeldBy(notes: ServiceNotes): readonly DeviceIds[] {
  return [...notes.replicas.values()].filter(holdsDevices).map((note) => note.devices);
}
