import type { Capacity, Device, Replica } from '@slipway/contract/api';

/** A line that a replica wrote to its log. */
export interface FleetLogLine {
  readonly replica: string;
  readonly line: string;
}

/** What runs, for those who ask about it: the live side of services. */
export interface Fleet {
  /** The replicas of a service now, oldest first. */
  replicas(serviceName: string): readonly Replica[];
  /** The last `tail` lines of all replicas, and with `follow` every further one until `signal` fires. */
  logs(
    serviceName: string,
    options: { readonly tail: number; readonly follow: boolean; readonly signal: AbortSignal },
  ): AsyncIterable<FleetLogLine>;
  /** Writes the service's key file from the store and waits until every replica of it uses that generation. */
  applyAuth(serviceName: string): Promise<void>;
  /** What the machine has, and what of it the replicas of all services have asked for. */
  capacity(): { readonly total: Capacity; readonly allocated: Capacity };
  /** The devices of the machine, and who has them. */
  devices(): readonly Device[];
}
