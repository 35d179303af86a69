import { Worker } from 'node:worker_threads';
import { errorFromBody, SlipwayError, type Tensor } from '@slipway/contract';
import type { RunRequest } from './batch.ts';
import { createFrame } from './frame.ts';
import { putRun, type RunReport, takeReport } from './framed-run.ts';
import {
  FRAME_BYTES,
  FRAMED,
  type FromWorker,
  type ToWorker,
  type WorkerInfo,
  type WorkerSpec,
  type WorkerStart,
} from './messages.ts';
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

/**
 * Starts a thread, which loads its model, calls back, and warms the model up. Rejects with `invalid_model` if
 * that fails.
 */
export async function startModelWorker(
  spec: WorkerSpec,
  onLoaded: () => void = () => undefined,
): Promise<ModelWorker> {
  const memory = new SharedArrayBuffer(FRAME_BYTES);
  const workerData: WorkerStart = { spec, frame: memory };
  const thread = new Worker(new URL('./worker-thread.js', import.meta.url), { workerData });
  const conversation = converse(thread, onLoaded);
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const first = await conversation.next();
  if (first === FRAMED) throw unexpected(first);
  if (first.kind === 'failed') {
    await ended;
    throw errorFromBody(first.error);
  }
  if (first.kind !== 'ready') throw unexpected(first.kind);
  const { info } = first;
  const frame = createFrame(memory);

  return {
    info,
    async run(requests) {
      const answer = conversation.next();
      if (putRun(frame, info.signature, requests)) post(thread, FRAMED);
      else postWhole(thread, requests);
      const done = await answer;
      if (done === FRAMED) return takeReport(frame, info.signature, requests);
      if (done.kind !== 'done') throw unexpected(done.kind);
      return { outcomes: done.outcomes.map(receive), runMs: done.runMs };
    },
    async close() {
      conversation.end();
      post(thread, { kind: 'close' });
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
    if (message !== FRAMED && message.kind === 'loaded') return onLoaded();
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

function postWhole(thread: Worker, requests: readonly RunRequest[]): void {
  const transfer = new Set<ArrayBuffer>();
  const packed = requests.map(({ inputs, outputs }) => ({ inputs: packGiven(inputs, transfer), outputs }));
  post(thread, { kind: 'run', requests: packed }, transfer);
}

function post(thread: Worker, message: ToWorker, transfer: Iterable<ArrayBuffer> = []): void {
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
