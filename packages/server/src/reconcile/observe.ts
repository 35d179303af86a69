import type { EventNote } from '../resources/services/add-events.ts';
import type { ObservedReplica } from '../targets/target.ts';
import { revisionGoal } from './goal.ts';
import { noteVersions } from './note-versions.ts';
import { isRollingOut } from './plan/failure.ts';
import { restartAfter, stillMissing } from './plan/restarts.ts';
import type { Desired } from './plan/world.ts';
import { isAlive, type ReplicaNote, type ServiceNotes, viewOf } from './replica-notes.ts';
import type { ServiceSnapshot } from './snapshot.ts';

/** Grace of a replica whose revision nobody knows any more. */
const UNKNOWN_GRACE_MS = 5_000;

/** Takes into the notes what the target shows, and tells what has happened since the last time. */
export function noteObserved(
  notes: ServiceNotes,
  observed: readonly ObservedReplica[],
  snapshot: ServiceSnapshot,
  desired: Desired,
  now: number,
): readonly EventNote[] {
  noteRollout(notes, desired, now);
  dropForgotten(notes, observed);
  const changes = observed.flatMap((replica) => {
    const before = notes.replicas.get(replica.id)?.observed ?? null;
    noteReplica(notes, replica, snapshot, now);
    return noteVersions(notes, before, replica);
  });
  const events = [...notes.replicas.values()].flatMap((note) => noteChange(notes, note, desired, now));
  const views = [...notes.replicas.values()].map((note) => viewOf(note, null));
  notes.restarts = stillMissing(notes.restarts, desired, views);
  return [...changes, ...events];
}

/** The time of a rollout counts from when it was first seen, so that a server that was down takes none of it. */
function noteRollout(notes: ServiceNotes, { wanted }: Desired, now: number): void {
  const revision = wanted?.number ?? 0;
  if (notes.rollout.revision !== revision) notes.rollout = { revision, startedAt: now, everReady: false };
}

function dropForgotten(notes: ServiceNotes, observed: readonly ObservedReplica[]): void {
  const there = new Set(observed.map((replica) => replica.id));
  for (const note of notes.replicas.values()) {
    if (note.observed !== null && !there.has(note.id)) notes.replicas.delete(note.id);
  }
}

function noteReplica(
  notes: ServiceNotes,
  observed: ObservedReplica,
  snapshot: ServiceSnapshot,
  now: number,
): void {
  const note = notes.replicas.get(observed.id) ?? adopt(observed, snapshot, now);
  note.observed = observed;
  notes.replicas.set(note.id, note);
}

/** A replica that an earlier control plane started. */
function adopt(observed: ObservedReplica, { revisions }: ServiceSnapshot, now: number): ReplicaNote {
  const revision = revisions.get(observed.revision);
  const goal = revision && revisionGoal(revision);
  const drainGraceMs = revision ? revision.config.drainGraceSeconds * 1000 : UNKNOWN_GRACE_MS;
  return {
    ...newNote(observed.id, observed.revision, 0, now - Math.max(0, Date.now() - observed.startedAt)),
    template: goal?.template ?? `revision ${observed.revision}, which is gone`,
    cpuCores: goal?.cpuCores ?? 0,
    memoryGb: goal?.memoryGb ?? 0,
    devices: observed.devices,
    drainGraceMs,
    started: true,
    // It became ready under an earlier control plane, which told so.
    readyAt: observed.state?.phase === 'ready' ? now : null,
  };
}

/** A replica of which nothing has been seen yet. */
export function newNote(id: string, revision: number, streak: number, startedAt: number): ReplicaNote {
  return {
    id,
    revision,
    template: '',
    cpuCores: 0,
    memoryGb: 0,
    devices: {},
    drainGraceMs: 0,
    streak,
    startedAt,
    started: false,
    startError: null,
    readyAt: null,
    retiredAt: null,
    drainedAt: null,
    routed: false,
    failedChecks: 0,
    succeededChecks: 0,
    answeredOnce: false,
    nextCheckAt: startedAt,
    observed: null,
    tellAt: startedAt,
  };
}

function noteChange(
  notes: ServiceNotes,
  note: ReplicaNote,
  desired: Desired,
  now: number,
): readonly EventNote[] {
  const events: EventNote[] = [];
  const about = { revision: note.revision, replica: note.id };
  if (note.readyAt === null && note.observed?.state?.phase === 'ready') {
    note.readyAt = now;
    events.push({
      type: 'Normal',
      reason: 'ReplicaReady',
      message: `Replica ${note.id} is ready.`,
      ...about,
    });
  }
  if (note.readyAt !== null && note.template === desired.wanted?.template) notes.rollout.everReady = true;
  if (isAlive(note) || note.retiredAt !== null || note.drainedAt !== null) return events;
  const restart = restartAfter(viewOf(note, null), now);
  notes.restarts = [...notes.restarts, restart];
  note.retiredAt = now;
  events.push({ type: 'Warning', reason: 'ReplicaEnded', message: restart.error.message, ...about });
  // A rollout that cannot succeed is given up at once; nothing is waited for then.
  const givenUp = restart.error.permanent && isRollingOut(desired);
  if (restart.notBefore > now && !givenUp) {
    const seconds = Math.round((restart.notBefore - now) / 1000);
    const often = restart.streak === 1 ? 'once' : `${restart.streak} times in a row`;
    const message = `A replica ended ${often}; the next start waits ${seconds} s.`;
    events.push({ type: 'Warning', reason: 'CrashLoopBackOff', message, ...about });
  }
  return events;
}
