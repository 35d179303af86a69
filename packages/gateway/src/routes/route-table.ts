import type { GatewayRoutes, ReplicaRoute, ServiceRoute } from '@slipway/contract';
import { chooseReplica } from './choose-replica.ts';
import { addressOf, createReplica, disconnect, type Replica } from './replica.ts';

/** A service with its replicas. */
export interface RoutedService {
  readonly name: string;
  /** Names of its models; the first is its default one. */
  readonly models: readonly string[];
  readonly scoringTimeoutMs: number;
  readonly maxBodyBytes: number;
  /** Origins whose pages may call from a browser; `*`: of all. */
  readonly corsOrigins: readonly string[];
  /** True if one of its replicas takes requests. */
  readonly isReady: boolean;
  /** Takes the least busy replica that is not among `tried`, and counts a request to it until `release`. */
  acquire(tried: readonly Replica[]): Replica | undefined;
}

/** Which services there are, and what their replicas are doing. */
export interface RouteTable {
  generation(): number;
  find(service: string): RoutedService | undefined;
  /** What a name in an address of a model means: the service that is called so, or else all that have such a model. */
  named(name: string): readonly RoutedService[];
  services(): readonly RoutedService[];
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
  let all: readonly RoutedService[] = [];
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
    all = [...services.values()];
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
    disconnect(replica);
  }

  return {
    generation: () => generation,
    find: (service) => services.get(service),
    named: (name) => {
      // Before the models, so that another service with the same model does not change what a service's own name means.
      const service = services.get(name);
      return service === undefined ? all.filter(({ models }) => models.includes(name)) : [service];
    },
    services: () => all,
    replace,
    release: (replica) => {
      replica.inFlight -= 1;
      if (replica.retired && replica.inFlight === 0) forget(replica);
    },
    replicas: () => replicas.values(),
    close: async () => {
      for (const replica of replicas.values()) disconnect(replica);
      replicas.clear();
    },
  };
}

function routedService(route: ServiceRoute, replicas: readonly Replica[]): RoutedService {
  let turn = 0;
  return {
    name: route.name,
    models: route.models,
    scoringTimeoutMs: route.scoringTimeoutMs,
    maxBodyBytes: route.maxBodyBytes,
    corsOrigins: route.corsOrigins ?? [],
    isReady: replicas.length > 0,
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
