import { toSlipwayError } from '@slipway/contract';
import type { EventNote } from '../resources/services/add-events.ts';
import type { ModelVersion, RevisionRecord } from '../store/collections.ts';
import type { ObservedReplica, Target } from '../targets/target.ts';
import { revisionGoal } from './goal.ts';
import type { Desired } from './plan/world.ts';
import type { ReplicaNote, ServiceNotes } from './replica-notes.ts';
import type { ServiceSnapshot } from './snapshot.ts';

/** A replica that could not be told of its versions is told again after so long. */
const RETRY_MS = 10_000;

export interface TellVersionsDeps {
  readonly target: Target;
  readonly notes: ServiceNotes;
  /** Takes what is to be told of the service. */
  readonly happened: (event: EventNote) => void;
  readonly now: () => number;
}

/** Begins to tell each replica that is ready which versions to serve, where it was told of others before. */
export function tellVersions(
  deps: TellVersionsDeps,
  snapshot: ServiceSnapshot,
  desired: Desired,
): readonly Promise<void>[] {
  return [...deps.notes.replicas.values()].flatMap((note) => {
    const revision = revisionOf(note, snapshot, desired);
    const { observed } = note;
    if (revision?.selections === undefined || observed === null || !canBeTold(note, deps.now())) return [];
    return isUpToDate(observed, revision.models) ? [] : [tell(deps, note, revision)];
  });
}

/** Replicas of equal templates serve what the newest of their revisions asks for. */
function revisionOf(
  note: ReplicaNote,
  { revisions }: ServiceSnapshot,
  { wanted }: Desired,
): RevisionRecord | undefined {
  const isWanted = wanted !== null && wanted.template === note.template;
  const revision = revisions.get(isWanted ? wanted.number : note.revision);
  return revision !== undefined && revisionGoal(revision).template === note.template ? revision : undefined;
}

function canBeTold({ observed, tellAt, drainedAt }: ReplicaNote, now: number): boolean {
  const isReady = observed?.alive === true && observed.state?.phase === 'ready';
  return isReady && drainedAt === null && tellAt !== null && now >= tellAt;
}

function isUpToDate({ models, modelsGeneration, state }: ObservedReplica, wanted: readonly ModelVersion[]) {
  return listed(models) === listed(wanted) && (state?.modelsGeneration ?? 0) >= modelsGeneration;
}

function listed(models: readonly ModelVersion[]): string {
  return JSON.stringify(models.map(({ name, version, labels = [] }) => [name, version, ...labels]));
}

async function tell(
  { target, happened, now }: TellVersionsDeps,
  note: ReplicaNote,
  { number, models, config }: RevisionRecord,
): Promise<void> {
  note.tellAt = null;
  try {
    await target.setModels(note.id, models, config);
    note.tellAt = now();
  } catch (thrown) {
    note.tellAt = now() + RETRY_MS;
    const message = `Replica ${note.id} could not be told of its versions: ${toSlipwayError(thrown).message}`;
    happened({ type: 'Warning', reason: 'VersionsNotTold', message, revision: number, replica: note.id });
  }
}
