import type { ErrorBody, ReplicaModel, Signature, Tensor } from '@slipway/contract';
import type { EngineName, LoadOptions, ModelFacts } from '../engines/engine.ts';
import type { WarmUp } from '../models/warm-up.ts';
import type { RunRequest } from './batch.ts';

/** What a worker thread is started with. */
export interface WorkerSpec {
  readonly model: ReplicaModel;
  readonly engine: EngineName;
  readonly facts: ModelFacts;
  readonly options: LoadOptions;
}

/** What a worker thread gets with it: memory that both threads see. */
export interface WorkerStart {
  readonly spec: WorkerSpec;
  /** Of the frame through which small runs go. */
  readonly frame: SharedArrayBuffer;
  /** Of the bell that tells the thread of a run in the frame, or of a message. */
  readonly asked: SharedArrayBuffer;
  /** Of the bell that tells of what became of a run, in the frame. */
  readonly answered: SharedArrayBuffer;
}

/**
 * Bytes of a frame: a full batch of a small model goes through it. Beyond that, transferring the buffers of the
 * tensors costs less than copying them twice.
 */
export const FRAME_BYTES = 128 * 1_024;

/**
 * What the socket thread says to a worker thread where the frame does not say it; the bell rings for both. The buffers of `run` are
 * transferred.
 */
export type ToWorker =
  | { readonly kind: 'run'; readonly requests: readonly RunRequest[] }
  | { readonly kind: 'close' };

/** What a worker thread says: `loaded`, then `ready` or `failed` once, then `done` for each run that the frame does not answer. */
export type FromWorker =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'ready'; readonly info: WorkerInfo }
  | { readonly kind: 'failed'; readonly error: ErrorBody }
  | { readonly kind: 'done'; readonly outcomes: readonly SentOutcome[]; readonly runMs: number };

/** What a worker found out while it loaded its model. */
export interface WorkerInfo {
  readonly signature: Signature;
  readonly notes: readonly string[];
  readonly loadMs: number;
  readonly warmUp: WarmUp;
}

/** A `RunOutcome` in a form that can be cloned. */
export type SentOutcome =
  | { readonly outputs: readonly Tensor[]; readonly batchSize: number }
  | { readonly error: ErrorBody };
