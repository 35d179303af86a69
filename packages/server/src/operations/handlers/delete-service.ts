import { SlipwayError } from '@slipway/contract';
import type { Router } from '../../gateway/router.ts';
import type { LiveService, Reconciler } from '../../reconcile/reconciler.ts';
import { scan } from '../../resources/page.ts';
import type { ServiceRecord } from '../../store/collections.ts';
import type { Store, Writer } from '../../store/store.ts';
import type { OperationContext, OperationHandler } from '../operation-context.ts';
import { changesOf } from './changes.ts';

/** Added to the longest grace of its replicas: what was killed needs a moment to be gone. */
const SLACK_MS = 30_000;

export interface DeleteDeps {
  readonly store: Store;
  readonly reconciler: Reconciler;
  readonly router: Pick<Router, 'withdraw'>;
  /** Removes the folders of a service and of its replicas. */
  readonly removeFolders: (serviceUid: string) => Promise<void>;
  /** Called when models may be unused. */
  readonly released: () => void;
}

/**
 * Deletes a service: its replicas drain and end, then its route, folders and records go. It was marked before, so
 * there is no way back, and a wish to cancel comes too late.
 */
export function createDeleteHandler(deps: DeleteDeps): OperationHandler {
  return async (context) => {
    const name = context.operation.resource.slice('services/'.length);
    const service = (await deps.store.read((reader) => reader.get('services', name)))?.value;
    // Gone, or another of the same name: this one had been deleted when the server ended.
    if (!service?.deleting) return `The service ${name} is gone.`;
    await context.report({ percent: 0, message: `Deleting the service ${name}.` });
    await deps.reconciler.wake(name);
    await waitForReplicas(deps, context, name);
    await deps.router.withdraw(name);
    await deps.removeFolders(service.uid);
    await deps.store.write((writer) => removeRecords(writer, service));
    await deps.reconciler.wake(name);
    deps.released();
    return `The service ${name} is deleted.`;
  };
}

async function waitForReplicas({ reconciler }: DeleteDeps, context: OperationContext, name: string) {
  const ending = new AbortController();
  const abort = () => {
    if (!(context.signal.reason instanceof SlipwayError)) ending.abort(context.signal.reason);
  };
  context.signal.addEventListener('abort', abort);
  let left = -1;
  let deadline = Number.POSITIVE_INFINITY;
  for await (const _ of changesOf(reconciler, name, ending.signal)) {
    const live = reconciler.live(name);
    // Until the reconciler has seen the mark, it has not looked for replicas of an earlier server either.
    if (live?.assessment?.state !== 'Deleting') continue;
    const { size } = live.notes.replicas;
    if (size === 0) return;
    if (left < 0) deadline = performance.now() + longestGrace(live) + SLACK_MS;
    if (size !== left) await context.report({ percent: 50, message: draining(size) });
    left = size;
    if (performance.now() > deadline) throw notEnded(name, size);
  }
  throw ending.signal.reason;
}

function longestGrace({ notes }: LiveService): number {
  return Math.max(...[...notes.replicas.values()].map((note) => note.drainGraceMs));
}

function draining(replicas: number): string {
  return replicas === 1 ? '1 replica drains.' : `${replicas} replicas drain.`;
}

function notEnded(name: string, replicas: number): SlipwayError {
  return new SlipwayError(
    'deadline_exceeded',
    `${replicas} replicas of ${name} did not end, although they were killed. Look for them in the process table, then delete the service again.`,
  );
}

async function removeRecords(writer: Writer, { uid, name }: ServiceRecord): Promise<void> {
  for (const collection of ['events', 'revisions'] as const) {
    const ids: string[] = [];
    for await (const { id } of scan(writer, collection, { where: { serviceUid: uid } })) ids.push(id);
    for (const id of ids) await writer.remove(collection, id);
  }
  const status = await writer.get('serviceStatus', name);
  if (status?.value.uid === uid) await writer.remove('serviceStatus', name);
  await writer.remove('services', name);
}
