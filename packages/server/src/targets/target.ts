import type { ReplicaState } from '@slipway/contract';
import type { Capacity } from '@slipway/contract/api';
import type { ReplicaOrder } from './replica-order.ts';

/** A replica as its target finds it. */
export interface ObservedReplica {
  readonly id: string;
  /** The service it belongs to; `undefined` if nothing says so any more. */
  readonly serviceUid: string | undefined;
  readonly revision: number;
  /** False once it has ended; it is seen until it is forgotten. */
  readonly alive: boolean;
  /** What it last said of itself; `null` as long as it has said nothing. */
  readonly state: ReplicaState | null;
  readonly host: string;
  readonly pid: number | null;
  readonly memoryBytes: number | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** How a replica ends. `forget` removes what is left of one that has ended, but for its log. */
export type StopMode = 'drain' | 'kill' | 'forget';

/** A place where replicas run. It starts, shows and stops; what is to run is decided elsewhere. */
export interface Target {
  /** What all replicas together may take. */
  readonly capacity: Capacity;
  /** The replicas of one service, or all, oldest first; also those that an earlier control plane started. */
  observe(serviceUid?: string): Promise<readonly ObservedReplica[]>;
  /** Returns when the replica has begun to start. Throws if it cannot; nothing is left of it then. */
  start(order: ReplicaOrder): Promise<void>;
  /** Begins the end and returns; a replica that is not there is no error. */
  stop(replicaId: string, mode: StopMode): Promise<void>;
  /** Asks a replica how it is, or to read its key file now. Throws `unavailable` if it does not answer in time. */
  ask(replicaId: string, request: 'status' | 'reload', timeoutMs: number): Promise<ReplicaState>;
}
