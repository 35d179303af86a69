import type {
  GatewayRoutes,
  ReplicaRoute,
  ServiceLoad,
  ServiceRoute,
  ServiceScaling,
} from '@slipway/contract';
import { chooseReplica } from './choose-replica.ts';
import { createLoadMeter, type LoadMeter } from './load-meter.ts';
import { addressOf, createReplica, disconnect, type Replica } from './replica.ts';
import { createWaitingRoom, type WaitingRoom } from './waiting-room.ts';

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
  readonly replicaCount: number;
  /** How it is scaled by its load; `undefined`: it is not. */
  readonly scaling: ServiceScaling | undefined;
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
  /**
   * The service when it has a replica, where requests wait for that; as it is when the wait is over or there are too
   * many. `undefined` if the caller left, of which `onLeave` tells.
   */
  awaitReplica(
    service: RoutedService,
    onLeave: (left: () => void) => void,
  ): Promise<RoutedService | undefined>;
  /** The load of each service that is scaled by it. */
  loads(): Readonly<Record<string, ServiceLoad>>;
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
  const scaled = new Map<string, ScaledService>();

  function replace(routes: GatewayRoutes): void {
    if (routes.generation <= generation) return;
    const left = new Set(replicas.values());
    services = new Map(
      routes.services.map((route) => {
        const members = route.replicas.map(keep);
        for (const member of members) left.delete(member);
        measure(route, members);
        return [route.name, routedService(route, members)];
      }),
    );
    all = [...services.values()];
    for (const [name, { room }] of scaled) {
      const service = services.get(name);
      if (service?.scaling === undefined) scaled.delete(name);
      if (service?.scaling === undefined || service.isReady) room.open();
    }
    generation = routes.generation;
    for (const replica of left) retire(replica);
  }

  /** Counts the load of the members together, and goes on with the counts there are. */
  function measure({ name, scaling }: ServiceRoute, members: readonly Replica[]): void {
    const now = performance.now();
    const known = scaling && (scaled.get(name) ?? { meter: createLoadMeter(now), room: createWaitingRoom() });
    for (const member of members) member.meter = known?.meter;
    if (scaling === undefined || known === undefined) return;
    const inFlight = members.map((member) => member.inFlight);
    known.meter.follow(inFlight, scaling.concurrency, now);
    scaled.set(name, known);
  }

  async function awaitReplica(
    service: RoutedService,
    onLeave: (left: () => void) => void,
  ): Promise<RoutedService | undefined> {
    const { name, scaling } = service;
    const room = scaled.get(name)?.room;
    if (room !== undefined && scaling !== undefined) {
      const end = await room.wait(scaling.maxHeld, scaling.holdTimeoutMs, onLeave);
      if (end === 'left') return undefined;
    }
    // One that was deleted meanwhile has no replica to its end, and its callers are told so.
    return services.get(name) ?? service;
  }

  function loads(): Readonly<Record<string, ServiceLoad>> {
    const atMs = performance.now();
    const entries = [...scaled].map(([name, { meter, room }]) => {
      const count = services.get(name)?.replicaCount ?? 0;
      return [name, { atMs, ...meter.read(atMs), replicas: count, held: room.count() }] as const;
    });
    return Object.fromEntries(entries);
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
    replica.meter = undefined;
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
    awaitReplica,
    loads,
    replace,
    release: (replica) => {
      replica.inFlight -= 1;
      replica.meter?.ended(replica.inFlight, performance.now());
      if (replica.retired && replica.inFlight === 0) forget(replica);
    },
    replicas: () => replicas.values(),
    close: async () => {
      for (const { room } of scaled.values()) room.open();
      for (const replica of replicas.values()) disconnect(replica);
      replicas.clear();
    },
  };
}

/** What is kept of a service that is scaled by its load while its routes change. */
interface ScaledService {
  readonly meter: LoadMeter;
  readonly room: WaitingRoom;
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
    replicaCount: replicas.length,
    scaling: route.scaling,
    acquire: (tried) => {
      turn = (turn + 1) % Math.max(replicas.length, 1);
      const now = performance.now();
      const replica = chooseReplica(replicas, tried, turn, now);
      if (replica === undefined) return undefined;
      replica.inFlight += 1;
      replica.meter?.began(replica.inFlight, now);
      return replica;
    },
  };
}

function keyOf(id: string, address: string): string {
  return `${id} ${address}`;
}
