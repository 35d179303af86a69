import { completeConfig } from '../resources/services/config.ts';
import { withCurrentVersions } from '../resources/services/current-versions.ts';
import type { RevisionRecord, ServiceRecord, ServiceStatusRecord } from '../store/collections.ts';
import type { Reader } from '../store/store.ts';
import { revisionGoal } from './goal.ts';
import type { Desired } from './plan/world.ts';

/** What the store says of a service at one moment. */
export interface ServiceSnapshot {
  readonly service: ServiceRecord;
  readonly status: ServiceStatusRecord | undefined;
  /** By number. */
  readonly revisions: ReadonlyMap<number, RevisionRecord>;
}

/** Most revisions that are looked at: those of replicas that still run are among the last ones. */
const READ_REVISIONS = 50;

/**
 * Reads a service; `undefined` if there is none of that name. The wanted and the active revision have the versions that
 * their policies ask for now, without those that are `unusable`.
 */
export async function readSnapshot(
  reader: Reader,
  name: string,
  unusable?: ReadonlySet<string>,
): Promise<ServiceSnapshot | undefined> {
  const service = (await reader.get('services', name))?.value;
  if (service === undefined) return undefined;
  const status = (await reader.get('serviceStatus', name))?.value;
  const own = status?.uid === service.uid ? status : undefined;
  const newest = await reader.list('revisions', {
    where: { serviceUid: service.uid },
    order: 'newest',
    limit: READ_REVISIONS,
  });
  const revisions = new Map(newest.map(({ value }) => [value.number, completed(value)]));
  const active = own?.activeRevision ?? null;
  if (active !== null && !revisions.has(active)) {
    const record = (await reader.get('revisions', `${service.uid}/${active}`))?.value;
    if (record !== undefined) revisions.set(active, completed(record));
  }
  for (const number of new Set([service.revision, active])) {
    const record = revisions.get(number ?? 0);
    if (record === undefined) continue;
    revisions.set(record.number, await withCurrentVersions(reader, service.workspace, record, unusable));
  }
  return { service, status: own, revisions };
}

/** A revision that an older version wrote has fewer fields. */
function completed(revision: RevisionRecord): RevisionRecord {
  return { ...revision, config: completeConfig(revision.config) };
}

/** What the planner is to reach: nothing for a service that is being deleted; never a revision that failed. */
export function desiredOf({ service, status, revisions }: ServiceSnapshot): Desired {
  if (service.deleting) return { wanted: null, active: null };
  const activeRecord = revisions.get(status?.activeRevision ?? 0);
  const active = activeRecord === undefined ? null : revisionGoal(activeRecord);
  const wantedRecord = revisions.get(service.revision);
  if (wantedRecord === undefined || wantedRecord.status === 'failed') return { wanted: active, active };
  return {
    wanted: wantedRecord.number === active?.number ? active : revisionGoal(wantedRecord),
    active,
  };
}
