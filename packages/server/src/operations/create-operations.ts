import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { type ErrorBody, SlipwayError, toSlipwayError } from '@slipway/contract';
import { isFinal } from '@slipway/contract/api';
import type { Logger } from 'pino';
import { scan } from '../resources/page.ts';
import type { OperationRecord } from '../store/collections.ts';
import type { Store, Stored } from '../store/store.ts';
import {
  cancelledByRequest,
  type OperationContext,
  type OperationHandlers,
  ServerEnding,
} from './operation-context.ts';
import type { OperationQueue } from './operation-queue.ts';
import {
  addOperation,
  type Ending,
  endOperation,
  letGo,
  renewLease,
  reportOperation,
  takeUp,
} from './operation-records.ts';

/** Operations that run at once; the others wait. Most of their time they wait for replicas. */
const MOST_RUNNING = 64;

/** A third of the lease, so that one missed renewal loses nothing. */
const RENEW_MS = 10_000;

/** More listeners than this are a leak: one a following client. */
const MAX_WATCHERS = 1_000;

export interface OperationsOptions {
  readonly store: Store;
  readonly handlers: OperationHandlers;
  readonly log: Logger;
}

/** The queue with its engine. */
export interface Operations extends OperationQueue {
  /** Takes up what waits, and what an earlier server left. */
  start(): void;
  /** Ends the work without ending the operations: the next server goes on with them. */
  stop(): Promise<void>;
}

interface Run {
  readonly resource: string;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/**
 * Operations over a store. One runs for each resource at a time, in the order of their making. The lock of the home
 * makes this the only server, so what runs under another owner's lease has lost its owner, and is taken over.
 */
export function createOperations({ store, handlers, log }: OperationsOptions): Operations {
  const owner = randomUUID();
  const runs = new Map<string, Run>();
  const changes = new EventEmitter().setMaxListeners(MAX_WATCHERS);
  let working = false;
  let queued = false;
  let looking: Promise<void> = Promise.resolve();

  function wake(): void {
    if (!working || queued) return;
    queued = true;
    looking = looking.then(lookForWork);
  }

  async function lookForWork(): Promise<void> {
    queued = false;
    try {
      for (const operation of await store.read(waiting)) begin(operation);
    } catch (err) {
      log.error({ err }, 'the operations that wait cannot be read');
    }
  }

  function begin(operation: OperationRecord): void {
    const busy = [...runs.values()].some((run) => run.resource === operation.resource);
    if (busy || !working || runs.size >= MOST_RUNNING || runs.has(operation.id)) return;
    const abort = new AbortController();
    const done = run(operation, abort.signal)
      .catch((err: unknown) => log.error({ err, operation: operation.id }, 'an operation cannot be ended'))
      .finally(() => {
        runs.delete(operation.id);
        wake();
      });
    runs.set(operation.id, { resource: operation.resource, abort, done });
  }

  async function run(waiting: OperationRecord, signal: AbortSignal): Promise<void> {
    const operation = await takeUp(store, waiting.id, owner);
    if (operation === undefined) return;
    changes.emit(operation.id);
    const renewal = setInterval(() => {
      renewLease(store, operation.id, owner).catch((err: unknown) =>
        log.warn({ err }, 'a lease is not renewed'),
      );
    }, RENEW_MS);
    try {
      const ending = await perform(operation, signal);
      if (ending === undefined) await letGo(store, operation.id);
      else await endOperation(store, operation.id, ending);
    } finally {
      clearInterval(renewal);
      changes.emit(operation.id);
    }
  }

  async function perform(operation: OperationRecord, signal: AbortSignal): Promise<Ending | undefined> {
    const context: OperationContext = {
      operation,
      signal: operation.cancelRequested ? AbortSignal.abort(cancelledByRequest()) : signal,
      report: async (report) => {
        await reportOperation(store, operation.id, report);
        changes.emit(operation.id);
      },
    };
    try {
      const message = await handlers[operation.kind](context);
      return { state: 'Succeeded', message, error: null };
    } catch (thrown) {
      if (thrown instanceof ServerEnding) return undefined;
      return endingOf(thrown);
    }
  }

  async function cancel(workspace: string, id: string): Promise<Stored<OperationRecord>> {
    const stored = await store.write(async (writer) => {
      const found = await writer.get('operations', id);
      if (found === undefined || found.value.workspace !== workspace) throw noSuchOperation(id);
      if (isFinal(found.value.state)) throw hasEnded(found.value);
      return await writer.put('operations', id, { ...found.value, cancelRequested: true });
    });
    runs.get(id)?.abort.abort(cancelledByRequest());
    changes.emit(id);
    return stored;
  }

  return {
    enqueue: addOperation,
    wake,
    cancel,
    watch: (id, signal, changed) => {
      changes.on(id, changed);
      signal.addEventListener('abort', () => changes.off(id, changed), { once: true });
    },
    start: () => {
      working = true;
      wake();
    },
    stop: async () => {
      working = false;
      for (const { abort } of runs.values()) abort.abort(new ServerEnding());
      await looking;
      await Promise.all([...runs.values()].map(({ done }) => done));
    },
  };
}

/** What is to be worked on, oldest first. */
async function waiting(reader: Parameters<Parameters<Store['read']>[0]>[0]): Promise<OperationRecord[]> {
  const found: { sequence: number; value: OperationRecord }[] = [];
  for (const state of ['Running', 'NotStarted'] as const) {
    for await (const stored of scan(reader, 'operations', { where: { state } })) found.push(stored);
  }
  return found.toSorted((a, b) => a.sequence - b.sequence).map(({ value }) => value);
}

function endingOf(thrown: unknown): Ending {
  const error: ErrorBody = toSlipwayError(thrown).toJSON();
  const { message } = error;
  if (error.code === 'cancelled') return { state: 'Cancelled', message, error };
  if (error.code === 'deadline_exceeded') return { state: 'TimedOut', message, error };
  return { state: 'Failed', message, error };
}

function noSuchOperation(id: string): SlipwayError {
  return new SlipwayError('not_found', `There is no operation "${id}".`, { details: { operation: id } });
}

function hasEnded({ id, state }: OperationRecord): SlipwayError {
  return new SlipwayError('conflict', `The operation "${id}" has ended already: ${state}.`, {
    details: { operation: id, state },
  });
}
