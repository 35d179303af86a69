import type { Capacity, Device, Replica } from '@slipway/contract/api';

/** A line that a replica wrote to its log. */
export interface FleetLogLine {
  readonly replica: string;
  readonly line: string;
}

/** Which lines of a service's logs are asked for. */
export interface LogOptions {
  readonly tail: number;
  readonly follow: boolean;
  /** Of this replica alone. */
  readonly replica?: string | undefined;
  /** Written at this time or later, in milliseconds since 1970; what is followed is in any case. */
  readonly since?: number | undefined;
  /** What replicas wrote until they were ready, instead of their last lines. Not with `follow`. */
  readonly init?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** What runs, for those who ask about it: the live side of services. */
export interface Fleet {
  /** The replicas of a service now, oldest first. */
  replicas(serviceName: string): readonly Replica[];
  /** The last `tail` lines of the choice, and with `follow` every further one until `signal` fires. */
  logs(serviceName: string, options: LogOptions): AsyncIterable<FleetLogLine>;
  /** Writes the service's key file from the store and waits until every replica of it uses that generation. */
  applyAuth(serviceName: string): Promise<void>;
  /** What the machine has, and what of it the replicas of all services have asked for. */
  capacity(): { readonly total: Capacity; readonly allocated: Capacity };
  /** The devices of the machine, and who has them. */
  devices(): readonly Device[];
}
