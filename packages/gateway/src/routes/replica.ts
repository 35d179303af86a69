import type { ReplicaRoute } from '@slipway/contract';
import { createHttpClient, type HttpClient } from '@slipway/transport';
import { createReplicaCalls, type ReplicaCalls } from '../grpc/replica-calls.ts';
import type { LoadMeter } from './load-meter.ts';

/** Connections to one replica; further requests wait for one, as they would in the replica's own queue. */
const MAX_CONNECTIONS = 1_024;

/**
 * A replica that is down refuses at once. Only a host that is silent takes this long, and a busy machine must not look
 * like one: a shorter time passes within one stall of an overloaded event loop.
 */
const CONNECT_TIMEOUT_MS = 5_000;

/** A response that stops in the middle for this long is given up. */
const STALL_TIMEOUT_MS = 60_000;

/** Well below the 65 s after which a replica closes. */
const IDLE_TIMEOUT_MS = 30_000;

/** A replica as the gateway knows it: where it is, what it is doing, and the connections to it. */
export interface Replica {
  readonly id: string;
  readonly address: string;
  readonly client: HttpClient;
  readonly calls: ReplicaCalls;
  /** Requests that are with it now. */
  inFlight: number;
  /** Counts its load, where its service is scaled by it. */
  meter: LoadMeter | undefined;
  /** Until this time (of `performance.now()`) it is chosen only if there is no other. */
  suspectUntil: number;
  /** True once it has left the routing table. */
  retired: boolean;
}

export function createReplica(route: ReplicaRoute): Replica {
  const address = addressOf(route);
  return {
    id: route.replicaId,
    address,
    client: createHttpClient({
      host: route.host,
      port: route.port,
      maxConnections: MAX_CONNECTIONS,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      stallTimeoutMs: STALL_TIMEOUT_MS,
    }),
    calls: createReplicaCalls({
      address,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
    }),
    inFlight: 0,
    meter: undefined,
    suspectUntil: 0,
    retired: false,
  };
}

/** `host:port`, with an IPv6 address in brackets. */
export function addressOf({ host, port }: ReplicaRoute): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Ends all connections to the replica. */
export function disconnect({ client, calls }: Replica): void {
  client.close();
  calls.close();
}
