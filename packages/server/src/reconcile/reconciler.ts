import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Capacity } from '@slipway/contract/api';
import type { Logger } from 'pino';
import type { Router } from '../gateway/router.ts';
import { totalOf } from '../resources/computes/capacity.ts';
import { scan } from '../resources/page.ts';
import type { ServiceRecord } from '../store/collections.ts';
import type { Store } from '../store/store.ts';
import type { ObservedReplica, Target } from '../targets/target.ts';
import { DEFAULT_SCALE_IN_WINDOW_MS } from './autoscale/service-scaler.ts';
import type { Assessment } from './plan/assess.ts';
import type { RevisionGoal } from './plan/world.ts';
import { devicesHeldBy, type ServiceNotes, takenBy } from './replica-notes.ts';
import { type LoopDeps, type ServiceLoop, startServiceLoop } from './service-loop.ts';
import { createServiceRecords, type ServiceRecords } from './service-records.ts';
import { readSnapshot, type ServiceSnapshot } from './snapshot.ts';

export interface ReconcilerOptions {
  readonly store: Store;
  readonly target: Target;
  readonly router: Router;
  readonly log: Logger;
  /** Writes the key file of a service if the record is newer. */
  readonly keepAuth: (service: ServiceRecord) => Promise<unknown>;
  /** Milliseconds of less load after which replicas go; `undefined`: what is right for most. */
  readonly scaleInWindowMs?: number | undefined;
}

/** A service as the reconciler knows it now. */
export interface LiveService {
  readonly notes: ServiceNotes;
  readonly assessment: Assessment | undefined;
  /** The wanted revision with as many replicas as it is to have now; `undefined`: none, or not known yet. */
  readonly wanted: RevisionGoal | undefined;
}

/** Keeps every service as its record says. */
export interface Reconciler {
  readonly records: ServiceRecords;
  /** Ends what belongs to no service, and begins to take care of all services. */
  start(): Promise<void>;
  /** Looks at a service at once, also at one that is new. */
  wake(name: string): Promise<void>;
  /** Looks at all services at once: the registered models have changed. */
  modelsChanged(): void;
  live(name: string): LiveService | undefined;
  all(): readonly LiveService[];
  /** A process of a service has ended. */
  processEnded(uid: string): void;
  /** Calls `changed` after each round of the service until `signal` fires. */
  watch(name: string, signal: AbortSignal, changed: () => void): void;
  /** Ends the care; replicas run on. */
  stop(): Promise<void>;
}

/** What is killed ends at once, and what it has started in seconds, unless it hangs in the kernel. */
const ORPHAN_END_MS = 15_000;
const ORPHAN_POLL_MS = 25;

/** More listeners than this are a leak: one a following client and one an operation. */
const MAX_WATCHERS = 1_000;

/** Builds the reconciler; `start` begins its work. */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { store, target, router, log, keepAuth } = options;
  const records = createServiceRecords(store);
  const loops = new Map<string, ServiceLoop>();
  const changes = new EventEmitter().setMaxListeners(MAX_WATCHERS);
  let stopped = false;

  const deps: LoopDeps = {
    store,
    target,
    router,
    records,
    log,
    keepAuth,
    takenByOthers,
    heldDevices: () => [...loops.values()].flatMap(({ notes }) => devicesHeldBy(notes)),
    changed: (name) => changes.emit(name),
    scaleInWindowMs: options.scaleInWindowMs ?? DEFAULT_SCALE_IN_WINDOW_MS,
    now: () => performance.now(),
  };

  function takenByOthers(uid: string): Capacity {
    const others = [...loops.values()].filter(({ notes }) => notes.uid !== uid);
    return totalOf(others.map(({ notes }) => takenBy(notes)));
  }

  async function begin(name: string): Promise<void> {
    const snapshot = await store.read((reader) => readSnapshot(reader, name));
    if (snapshot !== undefined) startLoop(snapshot, []);
  }

  function startLoop(snapshot: ServiceSnapshot, observed: readonly ObservedReplica[]): void {
    const { name } = snapshot.service;
    if (stopped || loops.has(name)) return;
    const loop = startServiceLoop(deps, snapshot, observed);
    loops.set(name, loop);
    void loop.ended.then(() => succeed(name));
  }

  /** A loop has ended with its service; there may be a new service of that name already. */
  async function succeed(name: string): Promise<void> {
    loops.delete(name);
    changes.emit(name);
    await begin(name).catch((err: unknown) => log.error({ err, service: name }, 'a service cannot be read'));
  }

  async function wake(name: string): Promise<void> {
    const loop = loops.get(name);
    if (loop === undefined) await begin(name);
    else loop.wake(true);
  }

  /** Replicas whose service is gone: their server was killed while it deleted them. */
  async function endOrphans(known: ReadonlySet<string>): Promise<void> {
    for (const replica of await target.observe()) {
      if (replica.serviceUid !== undefined && known.has(replica.serviceUid)) continue;
      log.warn({ replica: replica.id, replicaPid: replica.pid }, 'a replica without a service is ended');
      await target.stop(replica.id, 'kill');
      await devicesFree(replica.id);
      await target.stop(replica.id, 'forget');
    }
  }

  /** Nobody would know later that something still has the devices of what is forgotten. */
  async function devicesFree(id: string): Promise<void> {
    const deadline = performance.now() + ORPHAN_END_MS;
    while ((await target.observe()).some((replica) => replica.id === id && replica.holdsDevices)) {
      if (performance.now() >= deadline) return;
      await sleep(ORPHAN_POLL_MS);
    }
  }

  async function start(): Promise<void> {
    const services = await store.read(async (reader) => {
      const found: { uid: string; name: string }[] = [];
      for await (const { value } of scan(reader, 'services', {})) found.push(value);
      return found;
    });
    await endOrphans(new Set(services.map(({ uid }) => uid)));
    const snapshots = await store.read(async (reader) => {
      const found: ServiceSnapshot[] = [];
      for (const { name } of services) {
        const snapshot = await readSnapshot(reader, name);
        if (snapshot !== undefined) found.push(snapshot);
      }
      return found;
    });
    // In one turn, so that nothing is planned before it is known what all that runs has taken.
    const observed = await target.observe();
    for (const snapshot of snapshots) {
      startLoop(
        snapshot,
        observed.filter(({ serviceUid }) => serviceUid === snapshot.service.uid),
      );
    }
  }

  const liveOf = (loop: ServiceLoop): LiveService => ({
    notes: loop.notes,
    assessment: loop.assessment(),
    wanted: loop.wanted(),
  });
  return {
    records,
    start,
    wake,
    modelsChanged: () => {
      for (const loop of loops.values()) loop.wake(true);
    },
    live: (name) => {
      const loop = loops.get(name);
      return loop && liveOf(loop);
    },
    all: () => [...loops.values()].map(liveOf),
    processEnded: (uid) => {
      for (const loop of loops.values()) if (loop.notes.uid === uid) loop.wake(false);
    },
    watch: (name, signal, changed) => {
      changes.on(name, changed);
      signal.addEventListener('abort', () => changes.off(name, changed), { once: true });
    },
    stop: async () => {
      stopped = true;
      for (const loop of loops.values()) loop.stop();
      await Promise.all([...loops.values()].map((loop) => loop.ended));
    },
  };
}
