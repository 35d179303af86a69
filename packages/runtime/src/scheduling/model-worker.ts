import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { errorFromBody, SlipwayError, type Tensor } from '@slipway/contract';
import type { RunRequest } from './batch.ts';
import { BELL_BYTES, createBell } from './bell.ts';
import { createFrame } from './frame.ts';
import { putRun, type RunReport, takeReport } from './framed-run.ts';
import { createListener } from './listener.ts';
import {
  FRAME_BYTES,
  type FromWorker,
  type ToWorker,
  type WorkerInfo,
  type WorkerSpec,
  type WorkerStart,
} from './messages.ts';
import type { RunOutcome } from './run-batch.ts';
import { packGiven } from './transfer.ts';

/** In place of a message: the frame holds what became of the run. */
const FRAMED = Symbol('framed');

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
  const workerData: WorkerStart = {
    spec,
    frame: new SharedArrayBuffer(FRAME_BYTES),
    asked: new SharedArrayBuffer(BELL_BYTES),
    answered: new SharedArrayBuffer(BELL_BYTES),
  };
  const thread = new Worker(new URL('./worker-thread.js', import.meta.url), { workerData });
  const conversation = converse(thread, onLoaded);
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const first = await conversation.next();
  if (first === FRAMED) throw unexpected('done');
  if (first.kind === 'failed') {
    await ended;
    throw errorFromBody(first.error);
  }
  if (first.kind !== 'ready') throw unexpected(first.kind);
  const { info } = first;
  const frame = createFrame(workerData.frame);
  const asked = createBell(workerData.asked);
  const listen = createListener(
    createBell(workerData.answered),
    () => conversation.hear(FRAMED),
    // Includes a container's share of processors.
    availableParallelism() > 1,
  );
  const tell = (message: ToWorker, transfer: Iterable<ArrayBuffer> = []) => {
    thread.postMessage(message, [...transfer]);
    asked.ring();
  };

  return {
    info,
    async run(requests) {
      const answer = conversation.next();
      if (putRun(frame, info.signature, requests)) {
        asked.ring();
        listen();
      } else tellWhole(tell, requests);
      const done = await answer;
      if (done === FRAMED) return takeReport(frame, info.signature, requests);
      if (done.kind !== 'done') throw unexpected(done.kind);
      return { outcomes: done.outcomes.map(receive), runMs: done.runMs };
    },
    async close() {
      conversation.end();
      tell({ kind: 'close' });
      await ended;
    },
    onLost: conversation.onLost,
  };
}

/** The thread's messages one at a time; waiting for one fails when the thread ends. */
function converse(thread: Worker, onLoaded: () => void) {
  let waiting: PromiseWithResolvers<FromWorker | typeof FRAMED> | undefined;
  let listener: ((error: SlipwayError) => void) | undefined;
  let ending = false;
  let cause: unknown;

  const hear = (answer: FromWorker | typeof FRAMED) => {
    waiting?.resolve(answer);
    waiting = undefined;
  };
  thread.on('message', (message: FromWorker) => {
    if (message.kind === 'loaded') onLoaded();
    else hear(message);
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
    next(): Promise<FromWorker | typeof FRAMED> {
      waiting = Promise.withResolvers();
      return waiting.promise;
    },
    hear,
    end() {
      ending = true;
    },
    onLost(callback: (error: SlipwayError) => void) {
      listener = callback;
    },
  };
}

function tellWhole(
  tell: (message: ToWorker, transfer: Iterable<ArrayBuffer>) => void,
  requests: readonly RunRequest[],
): void {
  const transfer = new Set<ArrayBuffer>();
  const packed = requests.map(({ inputs, outputs }) => ({ inputs: packGiven(inputs, transfer), outputs }));
  tell({ kind: 'run', requests: packed }, transfer);
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
