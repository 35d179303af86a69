import type { ReplicaState } from '@slipway/contract';
import type { Capacity, DeploymentConfig } from '@slipway/contract/api';
import type { ModelVersion } from '../store/collections.ts';
import type { DeviceIds, TargetDevice } from './devices/device.ts';
import type { ReplicaOrder } from './replica-order.ts';

/** A replica as its target finds it. */
export interface ObservedReplica {
  readonly id: string;
  /** The service it belongs to; `undefined` if nothing says so any more. */
  readonly serviceUid: string | undefined;
  readonly revision: number;
  /** The versions that it was last told to serve, and how often it was told. */
  readonly models: readonly ModelVersion[];
  readonly modelsGeneration: number;
  /** False once it has ended; it is seen until it is forgotten. */
  readonly alive: boolean;
  /** True while anything that it has started may use its devices: as long as it is alive, and a little longer where it was killed. */
  readonly holdsDevices: boolean;
  /** What it last said of itself; `null` as long as it has said nothing. */
  readonly state: ReplicaState | null;
  readonly host: string;
  readonly pid: number | null;
  readonly memoryBytes: number | null;
  /** The devices that it has for itself. */
  readonly devices: DeviceIds;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** How a replica ends. `forget` removes what is left of one that has ended, but for its log. */
export type StopMode = 'drain' | 'kill' | 'forget';

/** A place where replicas run. It starts, shows and stops; what is to run is decided elsewhere. */
export interface Target {
  /** What all replicas together may take. */
  readonly capacity: Capacity;
  /** The devices that it can give to replicas. */
  readonly devices: readonly TargetDevice[];
  /** The replicas of one service, or all, oldest first; also those that an earlier control plane started. */
  observe(serviceUid?: string): Promise<readonly ObservedReplica[]>;
  /** Returns when the replica has begun to start. Throws if it cannot; nothing is left of it then. */
  start(order: ReplicaOrder): Promise<void>;
  /** Begins the end and returns; a replica that is not there is no error. */
  stop(replicaId: string, mode: StopMode): Promise<void>;
  /**
   * Tells a replica that runs which versions to serve from now on; returns when it works towards them. What else an
   * order says stays as it was at the start. Throws if the models cannot be put in place, `unavailable`.
   */
  setModels(replicaId: string, models: readonly ModelVersion[], config: DeploymentConfig): Promise<void>;
  /** Asks a replica how it is, or to read its key file now. Throws `unavailable` if it does not answer in time. */
  ask(replicaId: string, request: 'status' | 'reload', timeoutMs: number): Promise<ReplicaState>;
}
