import { isDeepStrictEqual } from 'node:util';
import type { ErrorBody } from '@slipway/contract';
import { addOperation } from '../operations/operation-records.ts';
import { addEvents, type EventNote } from '../resources/services/add-events.ts';
import { authModeOf, completeConfig, firstReplicas } from '../resources/services/config.ts';
import { giveBack } from '../resources/services/give-back.ts';
import { revisionKey } from '../resources/services/revisions.ts';
import type { RevisionRecord, ScalingStatus, ServiceRecord } from '../store/collections.ts';
import type { Store, Writer } from '../store/store.ts';
import { type Assessment, failureOf } from './plan/assess.ts';

type Identity = Pick<ServiceRecord, 'uid' | 'name'>;

/** The reconciler's hand in the store. */
export interface ServiceRecords {
  /** Writes state and events if there is anything new. */
  tell(
    service: Identity,
    assessment: Assessment,
    events: readonly EventNote[],
    scaling?: ScalingStatus,
  ): Promise<void>;
  /** The revision is healthy, with so many replicas ready, the one before it superseded, and what it took from others its own. */
  activate(service: Identity, revision: number, readyReplicas: number): Promise<void>;
  /** The revision cannot be; the service wants its active one again, if it has one, and gives back what it took from others. */
  fail(service: Identity, revision: number, error: ErrorBody): Promise<void>;
}

/** The records of services in a store. */
export function createServiceRecords(store: Store): ServiceRecords {
  return {
    tell: async (service, assessment, events, scaling) => {
      const before = (await store.read((reader) => reader.get('serviceStatus', service.name)))?.value;
      const own = before?.uid === service.uid ? before : undefined;
      const { state, error, readyReplicas } = assessment;
      const status = {
        uid: service.uid,
        state,
        error,
        activeRevision: own?.activeRevision ?? null,
        readyReplicas,
        ...(scaling !== undefined && { scaling }),
      };
      if (events.length === 0 && isDeepStrictEqual(own, status)) return;
      await store.write(async (writer) => {
        if (!(await isThere(writer, service))) return;
        await writer.put('serviceStatus', service.name, status);
        await addEvents(writer, service.uid, events);
      });
    },
    activate: async (service, revision, readyReplicas) => {
      await store.write(async (writer) => {
        const found = await isThere(writer, service);
        if (!found) return;
        const status = (await writer.get('serviceStatus', service.name))?.value;
        const before = status?.uid === service.uid ? status.activeRevision : null;
        if (before !== null && before !== revision) {
          await changeRevision(writer, service.uid, before, { status: 'superseded' });
        }
        await changeRevision(writer, service.uid, revision, { status: 'active', error: null });
        await keepTaken(writer, found, revision);
        await writer.put('serviceStatus', service.name, {
          uid: service.uid,
          state: 'Healthy',
          error: null,
          activeRevision: revision,
          readyReplicas,
          ...(status?.uid === service.uid && status.scaling !== undefined && { scaling: status.scaling }),
        });
      });
    },
    fail: async (service, revision, error) => {
      await store.write(async (writer) => {
        const found = await isThere(writer, service);
        if (!found) return;
        const failure = failureOf(error);
        await changeRevision(writer, service.uid, revision, { status: 'failed', error: failure });
        const active = (await writer.get('serviceStatus', service.name))?.value.activeRevision ?? null;
        if (found.revision !== revision) return;
        // The operation of each that has something again is taken up when the one that failed has ended.
        const kept = await giveBack(writer, { operations: { enqueue: addOperation } }, found);
        if (active !== null) await wantAgain(writer, kept, active);
        else if (found.takenOver !== undefined) await writer.put('services', kept.name, kept);
      });
    },
  };
}

async function isThere(writer: Writer, { uid, name }: Identity): Promise<ServiceRecord | undefined> {
  const service = (await writer.get('services', name))?.value;
  return service?.uid === uid ? service : undefined;
}

async function changeRevision(
  writer: Writer,
  uid: string,
  number: number,
  change: Partial<RevisionRecord>,
): Promise<void> {
  const key = revisionKey(uid, number);
  const revision = await writer.get('revisions', key);
  if (revision !== undefined) await writer.put('revisions', key, { ...revision.value, ...change });
}

/** Without replicas it has not shown that it works, and still holds what it took. */
async function keepTaken(writer: Writer, service: ServiceRecord, revision: number): Promise<void> {
  const { takenOver, ...kept } = service;
  const config = (await writer.get('revisions', revisionKey(service.uid, revision)))?.value.config;
  if (takenOver === undefined || service.revision !== revision || config === undefined) return;
  if (firstReplicas(completeConfig(config)) > 0) await writer.put('services', service.name, kept);
}

/** Back to the active revision, and to its way of showing who calls: that was part of what failed. */
async function wantAgain(writer: Writer, service: ServiceRecord, active: number): Promise<void> {
  const revision = await writer.get('revisions', revisionKey(service.uid, active));
  const authMode = revision === undefined ? service.authMode : authModeOf(revision.value.config);
  await writer.put('services', service.name, {
    ...service,
    revision: active,
    authMode,
    authGeneration: service.authGeneration + (authMode === service.authMode ? 0 : 1),
    updatedAt: new Date().toISOString(),
  });
}
