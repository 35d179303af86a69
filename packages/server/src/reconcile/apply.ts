import { randomInt } from 'node:crypto';
import { type ErrorCode, type ServiceRoute, toSlipwayError } from '@slipway/contract';
import type { Router } from '../gateway/router.ts';
import type { EventNote } from '../resources/services/add-events.ts';
import type { RevisionRecord } from '../store/collections.ts';
import { assignDevices } from '../targets/devices/assign-devices.ts';
import type { DeviceIds } from '../targets/devices/device.ts';
import type { Target } from '../targets/target.ts';
import { scalingRoute } from './autoscale/scaling-route.ts';
import { revisionGoal } from './goal.ts';
import { newNote } from './observe.ts';
import { restartAfter, withoutStarted } from './plan/restarts.ts';
import type { RetireReason, Step } from './plan/steps.ts';
import { isAlive, type ReplicaNote, type ServiceNotes, viewOf } from './replica-notes.ts';
import type { ServiceRecords } from './service-records.ts';
import type { ServiceSnapshot } from './snapshot.ts';

/** What steps act on. */
export interface ApplyDeps {
  readonly target: Target;
  readonly router: Router;
  readonly records: ServiceRecords;
  /** Takes a start that was begun; it resolves when it has succeeded or failed. */
  readonly starting: (start: Promise<void>) => void;
  readonly now: () => number;
}

/** One service while its steps are applied. */
export interface ApplyContext {
  readonly snapshot: ServiceSnapshot;
  readonly notes: ServiceNotes;
  readonly events: EventNote[];
}

/**
 * Books all starts of a plan, with devices that nothing else has, so that no other service is given their room: to be called
 * in the same turn as the plan was made. `held` tells the devices of all replicas at this moment. A start whose devices somebody
 * else was given meanwhile is left out, and planned again. The starts themselves are carried out by `applyStep`.
 */
export function bookStarts(
  { snapshot, notes }: ApplyContext,
  steps: readonly Step[],
  devices: { readonly all: Target['devices']; readonly held: () => readonly DeviceIds[] },
  now: number,
): ReadonlyMap<Step, ReplicaNote> {
  const booked = new Map<Step, ReplicaNote>();
  for (const step of steps) {
    const revision = step.do === 'start' ? snapshot.revisions.get(step.revision) : undefined;
    if (step.do !== 'start' || revision === undefined) continue;
    const own = assignDevices(revisionGoal(revision).devices, devices.all, devices.held());
    if (own === undefined) continue;
    const note = { ...bookedNote(snapshot.service.name, revision, step.streak, now), devices: own };
    notes.replicas.set(note.id, note);
    notes.restarts = withoutStarted(notes.restarts, note.template, step.streak);
    booked.set(step, note);
  }
  return booked;
}

function bookedNote(service: string, revision: RevisionRecord, streak: number, now: number): ReplicaNote {
  const { template, cpuCores, memoryGb } = revisionGoal(revision);
  const drainGraceMs = revision.config.drainGraceSeconds * 1000;
  const id = `${service}-${revision.number}-${randomLetters()}`;
  return {
    ...newNote(id, revision.number, streak, now),
    template,
    cpuCores,
    memoryGb,
    drainGraceMs,
  };
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** Six letters that make no words: a name is used once. */
function randomLetters(): string {
  return Array.from({ length: 6 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** Carries out one step. Throws if it could not be done; what follows it in the plan must then wait. */
export async function applyStep(
  deps: ApplyDeps,
  context: ApplyContext,
  step: Step,
  booked: ReplicaNote | undefined,
): Promise<void> {
  const { snapshot, notes, events } = context;
  switch (step.do) {
    case 'start':
      if (booked !== undefined) beginStart(deps, context, booked);
      return;
    case 'route':
      return await route(deps.router, context, new Set(step.replicas));
    case 'activate':
      await deps.records.activate(snapshot.service, step.revision, routedReplicas(notes));
      events.push(
        normal('RevisionActive', `Revision ${step.revision} is healthy and active.`, step.revision),
      );
      return;
    case 'fail':
      await deps.records.fail(snapshot.service, step.revision, step.error);
      events.push({
        type: 'Warning',
        reason: 'RevisionFailed',
        message: step.error.message,
        revision: step.revision,
        replica: null,
      });
      return;
  }
  const note = notes.replicas.get(step.replica);
  if (note === undefined) return;
  if (step.do === 'retire') return retire(deps, context, note, step.reason);
  // What is only being started cannot hear it yet.
  if (step.do === 'drain' && !note.started) return;
  if (step.do === 'drain') note.drainedAt = deps.now();
  await deps.target.stop(note.id, step.do);
  if (step.do === 'forget') notes.replicas.delete(note.id);
}

/** Bytes, programs and packages that are gone or wrong do not come back by themselves. */
const PERMANENT: ReadonlySet<ErrorCode> = new Set([
  'corrupt',
  'not_found',
  'invalid_model',
  'invalid_argument',
  'unsupported',
]);

/** Starts in the background: making a model's folder may take long, and the other replicas need care meanwhile. */
function beginStart(deps: ApplyDeps, { snapshot, events }: ApplyContext, note: ReplicaNote): void {
  const { service, revisions } = snapshot;
  const revision = revisions.get(note.revision);
  if (revision === undefined) return;
  const message = `Replica ${note.id} is being started${onDevices(note.devices)}.`;
  events.push(normal('ReplicaStarting', message, revision.number, note.id));
  const start = deps.target
    .start({
      id: note.id,
      service: { uid: service.uid, name: service.name, workspace: service.workspace },
      revision: revision.number,
      models: revision.models,
      script: revision.script,
      config: revision.config,
      devices: note.devices,
    })
    .then(
      () => {
        note.started = true;
      },
      (thrown: unknown) => {
        const { code, message, details } = toSlipwayError(thrown);
        note.startError = { code, message, details, permanent: PERMANENT.has(code) };
      },
    );
  deps.starting(start);
}

async function route(router: Router, { snapshot, notes }: ApplyContext, ids: ReadonlySet<string>) {
  const { service } = snapshot;
  if (service.deleting) await router.withdraw(service.name);
  else
    await router.publish(
      serviceRoute(
        snapshot,
        [...notes.replicas.values()].filter((n) => ids.has(n.id)),
      ),
    );
  for (const note of notes.replicas.values()) note.routed = ids.has(note.id);
}

/** The route of a service with these replicas. */
export function serviceRoute(snapshot: ServiceSnapshot, replicas: readonly ReplicaNote[]): ServiceRoute {
  const { service, status, revisions } = snapshot;
  const revision = revisions.get(status?.activeRevision ?? service.revision);
  const config = revision?.config;
  const scaling = scalingRoute(revision);
  return {
    name: service.name,
    models: [...new Set(revision?.models.map(({ name }) => name))],
    scoringTimeoutMs: config?.scoringTimeoutMs ?? 0,
    maxBodyBytes: config?.maxBodyBytes ?? 0,
    corsOrigins: config?.corsOrigins ?? [],
    ...(scaling !== undefined && { scaling }),
    replicas: replicas.flatMap(({ id, observed }) => {
      const port = observed?.state?.port ?? null;
      return observed === null || port === null ? [] : [{ replicaId: id, host: observed.host, port }];
    }),
  };
}

function routedReplicas({ replicas }: ServiceNotes): number {
  return [...replicas.values()].filter((note) => note.routed).length;
}

const BAD: Partial<Record<RetireReason, string>> = {
  stuck: 'ReplicaStuck',
  unanswered: 'ReplicaUnresponsive',
  memory: 'MemoryLimitExceeded',
  'slow-start': 'ReplicaStartTimedOut',
};

function retire(deps: ApplyDeps, context: ApplyContext, note: ReplicaNote, reason: RetireReason): void {
  const { notes, events } = context;
  const now = deps.now();
  const bad = BAD[reason];
  note.retiredAt = now;
  const about = { revision: note.revision, replica: note.id };
  if (bad === undefined) {
    events.push({
      type: 'Normal',
      reason: 'ReplicaRetired',
      message: retireMessage(context, note, reason),
      ...about,
    });
    return;
  }
  const message = retireMessage(context, note, reason);
  if (isAlive(note)) {
    const error = { code: 'unavailable', message, permanent: false } as const;
    notes.restarts = [...notes.restarts, restartAfter({ ...viewOf(note, null), error }, now)];
  }
  events.push({ type: 'Warning', reason: bad, message, ...about });
}

function retireMessage({ snapshot, notes }: ApplyContext, note: ReplicaNote, reason: RetireReason): string {
  const config = snapshot.revisions.get(snapshot.service.revision)?.config;
  switch (reason) {
    case 'stuck':
      return `Replica ${note.id} has a run that is stuck past its deadline, and is replaced.`;
    case 'unanswered':
      return `Replica ${note.id} failed ${note.failedChecks} health checks, and is replaced.`;
    case 'memory': {
      const used = ((note.observed?.memoryBytes ?? 0) / 1e9).toFixed(3);
      return `Replica ${note.id} uses ${used} GB of memory, more than its limit of ${config?.memoryGbLimit} GB (memoryGbLimit), and is replaced.`;
    }
    case 'slow-start':
      return `Replica ${note.id} was not ready after ${config?.rolloutTimeoutSeconds} s (rolloutTimeoutSeconds), and is replaced.`;
    case 'outdated':
      return `Replica ${note.id} of revision ${note.revision} is no longer wanted.`;
    case 'surplus':
      return `Replica ${note.id} is one more than is wanted.`;
    case 'no-room':
      return makesRoomMessage(notes, note);
  }
}

function makesRoomMessage({ replicas }: ServiceNotes, note: ReplicaNote): string {
  const what = Object.keys(note.devices).length === 0 ? 'memory' : 'memory or devices';
  const others = [...replicas.values()].some((other) => other !== note && other.routed);
  const meanwhile = others ? '' : ' The service does not answer until then.';
  return `Replica ${note.id} goes to make room for its successor: the machine has no ${what} for both.${meanwhile}`;
}

/** ` on gpu GPU-1a2b`, for a replica that has devices. */
function onDevices(devices: DeviceIds): string {
  const named = Object.entries(devices).map(([name, ids]) => `${name} ${ids.join(', ')}`);
  return named.length === 0 ? '' : ` on ${named.join(' and ')}`;
}

function normal(reason: string, message: string, revision: number, replica: string | null = null): EventNote {
  return { type: 'Normal', reason, message, revision, replica };
}
