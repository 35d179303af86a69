import { randomUUID } from 'node:crypto';
import type { ErrorBody } from '@slipway/contract';
import { isFinal, type OperationState } from '@slipway/contract/api';
import { failureOf } from '../reconcile/plan/assess.ts';
import type { OperationRecord } from '../store/collections.ts';
import type { Store, Stored, Writer } from '../store/store.ts';
import type { OperationReport } from './operation-context.ts';
import type { OperationOrder } from './operation-queue.ts';

/** A lease holds this long unless it is renewed. */
const LEASE_MS = 30_000;

/** Log lines of an operation that are kept; a line beyond it takes the place of the oldest. */
const KEPT_LINES = 1_000;

/** How an operation ended. */
export interface Ending {
  readonly state: Extract<OperationState, 'Succeeded' | 'Failed' | 'Cancelled' | 'TimedOut'>;
  readonly message: string;
  readonly error: ErrorBody | null;
}

type Change = Partial<OperationRecord>;

/** Adds an operation that waits to be taken up. */
export async function addOperation(writer: Writer, order: OperationOrder): Promise<Stored<OperationRecord>> {
  const id = randomUUID();
  return await writer.put(
    'operations',
    id,
    {
      id,
      ...order,
      state: 'NotStarted',
      percent: null,
      message: 'Waits to be started.',
      error: null,
      cancelRequested: false,
      lease: null,
      createdAt: new Date().toISOString(),
      startedAt: null,
      finishedAt: null,
    },
    'absent',
  );
}

/** Takes an operation up: it runs, under a lease of `owner`. */
export async function takeUp(store: Store, id: string, owner: string): Promise<OperationRecord | undefined> {
  return await change(store, id, (before) => ({
    state: 'Running',
    startedAt: before.startedAt ?? new Date().toISOString(),
    lease: newLease(owner),
  }));
}

/** Holds the lease for a while longer. */
export async function renewLease(store: Store, id: string, owner: string): Promise<void> {
  await change(store, id, () => ({ lease: newLease(owner) }));
}

/** Lets go of an operation that is to be gone on with later. */
export async function letGo(store: Store, id: string): Promise<void> {
  await change(store, id, () => ({ lease: null }));
}

/** Ends an operation for good, with a last line in its log. */
export async function endOperation(store: Store, id: string, ending: Ending): Promise<void> {
  const { state, message, error } = ending;
  await store.write(async (writer) => {
    const before = (await writer.get('operations', id))?.value;
    if (before === undefined || isFinal(before.state)) return;
    await addLine(writer, id, { message, level: error === null ? 'info' : 'error' });
    await writer.put('operations', id, {
      ...before,
      state,
      message,
      percent: state === 'Succeeded' ? 100 : before.percent,
      error: error === null ? null : failureOf(error),
      lease: null,
      finishedAt: new Date().toISOString(),
    });
  });
}

/** Notes progress. */
export async function reportOperation(store: Store, id: string, report: OperationReport): Promise<void> {
  await store.write(async (writer) => {
    const before = (await writer.get('operations', id))?.value;
    if (before === undefined || isFinal(before.state)) return;
    await addLine(writer, id, report);
    await writer.put('operations', id, {
      ...before,
      message: report.message,
      percent: report.percent ?? before.percent,
    });
  });
}

async function addLine(writer: Writer, operationId: string, report: OperationReport): Promise<void> {
  const [newest] = await writer.list('operationLog', { where: { operationId }, order: 'newest', limit: 1 });
  const sequence = (newest?.value.sequence ?? 0) + 1;
  const { message, level = 'info' } = report;
  const line = { operationId, sequence, time: new Date().toISOString(), level, message };
  await writer.put('operationLog', logKey(operationId, sequence), line, 'absent');
  await writer.remove('operationLog', logKey(operationId, sequence - KEPT_LINES));
}

function logKey(operationId: string, sequence: number): string {
  return `${operationId}/${String(sequence).padStart(10, '0')}`;
}

function newLease(owner: string): OperationRecord['lease'] {
  return { owner, expiresAt: new Date(Date.now() + LEASE_MS).toISOString() };
}

async function change(
  store: Store,
  id: string,
  to: (before: OperationRecord) => Change,
): Promise<OperationRecord | undefined> {
  return await store.write(async (writer) => {
    const before = (await writer.get('operations', id))?.value;
    if (before === undefined || isFinal(before.state)) return undefined;
    return (await writer.put('operations', id, { ...before, ...to(before) })).value;
  });
}
