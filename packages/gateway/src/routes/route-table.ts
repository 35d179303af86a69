import type { GatewayRoutes, ReplicaRoute, ServiceRoute } from '@slipway/contract';
import { chooseReplica } from './choose-replica.ts';
import { addressOf, createReplica, type Replica } from './replica.ts';

/** A service with its replicas. */
export interface RoutedService {
  readonly name: string;
  readonly scoringTimeoutMs: number;
  readonly maxBodyBytes: number;
  /** Takes the least busy replica that is not among `tried`, and counts a request to it until `release`. */
  acquire(tried: readonly Replica[]): Replica | undefined;
}

/** Which services there are, and what their replicas are doing. */
export interface RouteTable {
  generation(): number;
  find(service: string): RoutedService | undefined;
  /** Puts the routes in place of the old ones, if they are newer. Requests at replicas that leave go on. */
  replace(routes: GatewayRoutes): void;
  /** To be called when a request that `acquire` counted has ended. */
  release(replica: Replica): void;
  /** All replicas, including those that left the table and still have requests. */
  replicas(): Iterable<Replica>;
  /** Ends all connections to replicas. */
  close(): Promise<void>;
}

export function createRouteTable(): RouteTable {
  let generation = 0;
  let services: ReadonlyMap<string, RoutedService> = new Map();
  const replicas = new Map<string, Replica>();

  function replace(routes: GatewayRoutes): void {
    if (routes.generation <= generation) return;
    const left = new Set(replicas.values());
    services = new Map(
      routes.services.map((route) => {
        const members = route.replicas.map(keep);
        for (const member of members) left.delete(member);
        return [route.name, routedService(route, members)];
      }),
    );
    generation = routes.generation;
    for (const replica of left) retire(replica);
  }

  /** The replica of this route as it was before, with its connections and counts, or a new one. */
  function keep(route: ReplicaRoute): Replica {
    const key = keyOf(route.replicaId, addressOf(route));
    const known = replicas.get(key) ?? createReplica(route);
    known.retired = false;
    replicas.set(key, known);
    return known;
  }

  function retire(replica: Replica): void {
    replica.retired = true;
    if (replica.inFlight === 0) forget(replica);
  }

  function forget(replica: Replica): void {
    replicas.delete(keyOf(replica.id, replica.address));
    replica.client.close();
  }

  return {
    generation: () => generation,
    find: (service) => services.get(service),
    replace,
    release: (replica) => {
      replica.inFlight -= 1;
      if (replica.retired && replica.inFlight === 0) forget(replica);
    },
    replicas: () => replicas.values(),
    close: async () => {
      for (const replica of replicas.values()) replica.client.close();
      replicas.clear();
    },
  };
}

function routedService(route: ServiceRoute, replicas: readonly Replica[]): RoutedService {
  let turn = 0;
  return {
    name: route.name,
    scoringTimeoutMs: route.scoringTimeoutMs,
    maxBodyBytes: route.maxBodyBytes,
    acquire: (tried) => {
      turn = (turn + 1) % Math.max(replicas.length, 1);
      const replica = chooseReplica(replicas, tried, turn, performance.now());
      if (replica !== undefined) replica.inFlight += 1;
      return replica;
    },
  };
}

function keyOf(id: string, address: string): string {
  return `${id} ${address}`;
}
