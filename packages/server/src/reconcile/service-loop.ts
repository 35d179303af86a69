import { setTimeout as sleep } from 'node:timers/promises';
import type { Capacity } from '@slipway/contract/api';
import type { Logger } from 'pino';
import type { Router, Traffic } from '../gateway/router.ts';
import type { EventNote } from '../resources/services/add-events.ts';
import type { ServiceRecord } from '../store/collections.ts';
import type { Store } from '../store/store.ts';
import type { DeviceIds } from '../targets/devices/device.ts';
import type { ObservedReplica, Target } from '../targets/target.ts';
import { type ApplyContext, applyStep, bookStarts, serviceRoute } from './apply.ts';
import { createServiceScaler } from './autoscale/service-scaler.ts';
import { beginHealthChecks } from './health-checks.ts';
import { noteObserved } from './observe.ts';
import { type Assessment, assess } from './plan/assess.ts';
import { isRollingOut } from './plan/failure.ts';
import { isStaying } from './plan/judge.ts';
import { plan } from './plan/plan.ts';
import type { Actual, Desired, RevisionGoal } from './plan/world.ts';
import { type ReplicaNote, type ServiceNotes, viewOf } from './replica-notes.ts';
import type { ServiceRecords } from './service-records.ts';
import { desiredOf, readSnapshot, type ServiceSnapshot } from './snapshot.ts';
import { tellVersions } from './tell-versions.ts';

/** How soon to look again: after a step, while something is on its way, and when all is as wanted. */
const AFTER_STEP_MS = 10;
const UNSETTLED_MS = 50;
const SETTLED_MS = 1_000;

/** What a loop needs. */
export interface LoopDeps {
  readonly store: Store;
  readonly target: Target;
  readonly router: Router;
  readonly records: ServiceRecords;
  readonly log: Logger;
  /** Writes the key file of the service if the record is newer. */
  readonly keepAuth: (service: ServiceRecord) => Promise<unknown>;
  /** What the replicas of all other services have taken. */
  readonly takenByOthers: (uid: string) => Capacity;
  /** The devices that the replicas of all services have. */
  readonly heldDevices: () => readonly DeviceIds[];
  /** Called after each round in which anything was done or seen. */
  readonly changed: (name: string) => void;
  /** Milliseconds of less load after which replicas of a service that is scaled by it go. */
  readonly scaleInWindowMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Brings one service to what it should be, and keeps it there. */
export interface ServiceLoop {
  readonly notes: ServiceNotes;
  assessment(): Assessment | undefined;
  /** The wanted revision with as many replicas as it is to have now, which the load may decide; `undefined`: none, or not known yet. */
  wanted(): RevisionGoal | undefined;
  /** Looks at once; `reread` if the store may say something new. */
  wake(reread: boolean): void;
  /** Resolves when the loop has ended: its service is gone, or it was stopped. */
  readonly ended: Promise<void>;
  stop(): void;
}

/**
 * Starts the loop of a service. What runs of it is known when this returns. It ends by itself when the record of the service
 * is gone.
 */
export function startServiceLoop(
  deps: LoopDeps,
  first: ServiceSnapshot,
  running: readonly ObservedReplica[],
): ServiceLoop {
  const { name, uid } = first.service;
  const notes: ServiceNotes = {
    name,
    uid,
    replicas: new Map(),
    restarts: [],
    unusable: new Set(),
    rollout: { revision: 0, startedAt: 0, everReady: false },
  };
  const scaler = createServiceScaler(name, deps.scaleInWindowMs);
  const routedBefore = new Set(deps.router.route(name)?.replicas.map((replica) => replica.replicaId));
  let snapshot: ServiceSnapshot | undefined = first;
  let stale = false;
  let keptAuth = -1;
  let stopped = false;
  let assessment: Assessment | undefined;
  let wanted: RevisionGoal | undefined;
  let alarm = new AbortController();
  let pending: EventNote[] = [...noteObserved(notes, running, first, desiredOf(first), deps.now())];
  const starts = new Set<Promise<void>>();

  function wake(reread: boolean): void {
    stale ||= reread;
    alarm.abort();
  }

  async function run(): Promise<void> {
    while (!stopped) {
      alarm = new AbortController();
      const delay = await round().catch(failedRound);
      if (delay === undefined || stopped) return;
      await sleep(delay, undefined, { signal: alarm.signal }).catch(() => undefined);
    }
  }

  function failedRound(thrown: unknown): number {
    deps.log.error({ err: thrown, service: name }, 'a round of the reconciler failed and is tried again');
    stale = true;
    return SETTLED_MS;
  }

  /** Milliseconds until the next round; `undefined` when there is no service any more. */
  async function round(): Promise<number | undefined> {
    if (stale) {
      stale = false;
      snapshot = await deps.store.read((reader) => readSnapshot(reader, name, notes.unusable));
    }
    if (snapshot?.service.uid !== uid) return undefined;
    await keepAuth(snapshot);
    const planned = desiredOf(snapshot);
    const observed = await deps.target.observe(uid);
    const unusableBefore = notes.unusable.size;
    pending.push(...noteObserved(notes, observed, snapshot, scaled(snapshot, planned), deps.now()));
    // Policies are looked at again without them.
    stale ||= notes.unusable.size !== unusableBefore;
    restoreRoutes();
    checkHealth(snapshot);
    keepVersions(snapshot, planned);
    await keepRoute(snapshot);
    const traffic = await askGateway();
    // From here to the booking of starts in one turn: other services plan, too.
    const actual = lookAround(planned, traffic);
    if (isLookDue()) pending.push(...scaler.look(planned, actual, traffic ?? null, deps.now()));
    const desired = scaled(snapshot, planned);
    const steps = await carryOut(snapshot, desired, actual);
    // What was just decided is told once it has been read back: a state in between would confuse.
    if (!stale) await tell(snapshot, desired, actual);
    return delayAfter(steps, desired);
  }

  /** Keys that changed, with a rollback for instance, reach the replicas by their file even if nobody tells them. */
  async function keepAuth({ service }: ServiceSnapshot): Promise<void> {
    if (keptAuth === service.authGeneration || service.deleting) return;
    await deps.keepAuth(service);
    keptAuth = service.authGeneration;
  }

  /** What an earlier control plane routed is routed still. */
  function restoreRoutes(): void {
    for (const id of routedBefore) {
      const note = notes.replicas.get(id);
      if (note !== undefined) note.routed = true;
    }
    routedBefore.clear();
  }

  function checkHealth({ revisions }: ServiceSnapshot): void {
    const configOf = (revision: number) => revisions.get(revision)?.config;
    beginHealthChecks(deps.target, notes, configOf, deps.now, () => wake(false));
  }

  function happened(event: EventNote): void {
    pending.push(event);
  }

  /** In the background: putting a model in place may take long. */
  function keepVersions(current: ServiceSnapshot, desired: Desired): void {
    for (const told of tellVersions({ ...deps, notes, happened }, current, desired)) starting(told);
  }

  /** The gateway knows the service from its first moment on, and follows changes of its limits. */
  async function keepRoute(current: ServiceSnapshot): Promise<void> {
    if (current.service.deleting) return await deps.router.withdraw(name);
    const routed = [...notes.replicas.values()].filter((note) => note.routed);
    await deps.router.publish(serviceRoute(current, routed));
  }

  /** The revisions with the replicas that the load asks for. */
  function scaled(current: ServiceSnapshot, planned: Desired): Desired {
    const running = () => [...notes.replicas.values()].filter((note) => isStaying(viewOf(note, null))).length;
    return scaler.scaled(current, planned, running, deps.now());
  }

  function isLookDue(): boolean {
    return scaler.dueInMs(deps.now()) === 0;
  }

  /** Asked where a replica is leaving or the load is to be looked at; `null`: it cannot say, `undefined`: nobody asked. */
  async function askGateway(): Promise<Traffic | null | undefined> {
    const leaving = [...notes.replicas.values()].some((n) => n.retiredAt !== null && n.drainedAt === null);
    return leaving || isLookDue() ? await deps.router.traffic() : undefined;
  }

  function lookAround({ wanted }: Desired, traffic: Traffic | null | undefined): Actual {
    const views = [...notes.replicas.values()].map((note) =>
      viewOf(note, traffic === null ? null : (traffic?.inFlight[note.id] ?? 0)),
    );
    return {
      replicas: views,
      restarts: notes.restarts,
      rollout: wanted === null ? { startedAt: deps.now(), everReady: false } : notes.rollout,
      capacity: deps.target.capacity,
      taken: deps.takenByOthers(uid),
    };
  }

  async function carryOut(current: ServiceSnapshot, desired: Desired, actual: Actual): Promise<number> {
    const now = deps.now();
    const steps = plan(desired, actual, now);
    const context: ApplyContext = { snapshot: current, notes, events: pending };
    const devices = { all: deps.target.devices, held: deps.heldDevices };
    const booked = bookStarts(context, steps, devices, now);
    const applyDeps = { ...deps, starting };
    const started = new Set<ReplicaNote>();
    try {
      for (const step of steps) {
        deps.log.debug({ service: name, step }, 'step');
        const note = booked.get(step);
        await applyStep(applyDeps, context, step, note);
        if (note !== undefined) started.add(note);
        stale ||= step.do === 'activate' || step.do === 'fail';
      }
    } finally {
      for (const note of booked.values()) if (!started.has(note)) notes.replicas.delete(note.id);
    }
    return steps.length;
  }

  function starting(start: Promise<void>): void {
    const known = start.finally(() => {
      starts.delete(known);
      wake(false);
    });
    starts.add(known);
  }

  async function tell(current: ServiceSnapshot, desired: Desired, actual: Actual): Promise<void> {
    assessment = assessmentOf(current, desired, actual);
    wanted = desired.wanted ?? undefined;
    const events = pending;
    pending = [];
    await deps.records.tell(current.service, assessment, events, scaler.status());
    deps.changed(name);
  }

  function assessmentOf(current: ServiceSnapshot, desired: Desired, actual: Actual): Assessment {
    const { service, revisions } = current;
    if (service.deleting) return { state: 'Deleting', error: null, readyReplicas: 0 };
    const wanted = revisions.get(service.revision);
    if (desired.wanted === null) {
      return { state: 'Failed', error: wanted?.error ?? null, readyReplicas: 0 };
    }
    return assess(desired, actual, deps.now());
  }

  function delayAfter(steps: number, desired: Desired): number {
    if (steps > 0 || stale) return AFTER_STEP_MS;
    const replicas = [...notes.replicas.values()];
    const settled =
      !isRollingOut(desired) &&
      notes.restarts.length === 0 &&
      replicas.every((note) => note.observed?.state?.phase === 'ready' && note.retiredAt === null);
    const rest = settled ? SETTLED_MS : UNSETTLED_MS;
    return Math.min(rest, scaler.dueInMs(deps.now()) ?? rest);
  }

  // A start that was begun may still bring a process: whoever stops everything has to know of it.
  const ended = run().then(async () => {
    await Promise.all(starts);
  });
  return {
    notes,
    assessment: () => assessment,
    wanted: () => wanted,
    wake,
    ended,
    stop: () => {
      stopped = true;
      alarm.abort();
    },
  };
}
