import { Worker } from 'node:worker_threads';
import { errorFromBody, SlipwayError, type Tensor } from '@slipway/contract';
import type { RunRequest } from './batch.ts';
import type { FromWorker, ToWorker, WorkerInfo, WorkerSpec } from './messages.ts';
import type { RunOutcome } from './run-batch.ts';
import { packGiven } from './transfer.ts';

/** A thread with one loaded model. */
export interface ModelWorker {
  readonly info: WorkerInfo;
  /** Runs requests that can share a run; one call at a time. Rejects if the thread ends meanwhile. */
  run(requests: readonly RunRequest[]): Promise<RunReport>;
  /** Resolves when the thread has freed its model and ended. It must not be running. */
  close(): Promise<void>;
  /** Called if the thread ends without having been told to. */
  onLost(listener: (error: SlipwayError) => void): void;
}

export interface RunReport {
  readonly outcomes: readonly RunOutcome[];
  readonly runMs: number;
}

/**
 * Starts a thread, which loads its model, calls back, and warms the model up. Rejects with `invalid_model` if
 * that fails.
 */
export async function startModelWorker(
  spec: WorkerSpec,
  onLoaded: () => void = () => undefined,
): Promise<ModelWorker> {
  const thread = new Worker(new URL('./worker-thread.js', import.meta.url), { workerData: spec });
  const conversation = converse(thread, onLoaded);
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const first = await conversation.next();
  if (first.kind === 'failed') {
    await ended;
    throw errorFromBody(first.error);
  }
  if (first.kind !== 'ready') throw unexpected(first.kind);

  return {
    info: first.info,
    async run(requests) {
      const transfer = new Set<ArrayBuffer>();
      const packed = requests.map(({ inputs, outputs }) => ({
        inputs: packGiven(inputs, transfer),
        outputs,
      }));
      const answer = conversation.next();
      post(thread, { kind: 'run', requests: packed }, transfer);
      const done = await answer;
      if (done.kind !== 'done') throw unexpected(done.kind);
      return { outcomes: done.outcomes.map(receive), runMs: done.runMs };
    },
    async close() {
      conversation.end();
      post(thread, { kind: 'close' }, new Set());
      await ended;
    },
    onLost: conversation.onLost,
  };
}

/** The thread's messages one at a time; waiting for one fails when the thread ends. */
function converse(thread: Worker, onLoaded: () => void) {
  let waiting: PromiseWithResolvers<FromWorker> | undefined;
  let listener: ((error: SlipwayError) => void) | undefined;
  let ending = false;
  let cause: unknown;

  thread.on('message', (message: FromWorker) => {
    if (message.kind === 'loaded') return onLoaded();
    waiting?.resolve(message);
    waiting = undefined;
  });
  thread.on('error', (error) => {
    cause = error;
  });
  thread.on('exit', (code) => {
    if (ending) return;
    const reason = cause instanceof Error ? cause.message : `exit code ${code}`;
    const error = new SlipwayError('internal', `A worker thread ended by itself: ${reason}.`, { cause });
    waiting?.reject(error);
    listener?.(error);
  });
  return {
    next(): Promise<FromWorker> {
      waiting = Promise.withResolvers<FromWorker>();
      return waiting.promise;
    },
    end() {
      ending = true;
    },
    onLost(callback: (error: SlipwayError) => void) {
      listener = callback;
    },
  };
}

function post(thread: Worker, message: ToWorker, transfer: ReadonlySet<ArrayBuffer>): void {
  thread.postMessage(message, [...transfer]);
}

function receive(
  sent:
    | { readonly outputs: readonly Tensor[]; readonly batchSize: number }
    | { readonly error: Parameters<typeof errorFromBody>[0] },
): RunOutcome {
  return 'error' in sent ? { error: errorFromBody(sent.error) } : sent;
}

function unexpected(kind: string): SlipwayError {
  return new SlipwayError('internal', `A worker thread said "${kind}" when something else was due.`);
}
