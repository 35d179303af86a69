import type { LoadedModel, Tensor } from '@slipway/contract';

/** One request for one model, the same whatever protocol it came by. */
export interface InferRequest {
  /** The request's id, for logs. */
  readonly id: string;
  /** Absent: the only model of the service. */
  readonly model?: string | undefined;
  readonly version?: number | undefined;
  /** The data plane owns them from here on: buffers that hold one tensor alone may move to another thread. */
  readonly inputs: readonly Tensor[];
  /** Names of the outputs that are wanted, in that order; absent or empty: all of them. */
  readonly outputs?: readonly string[] | undefined;
  /** Says when the caller has gone; a request that still waits then leaves the queue and is not run. */
  readonly signal?: CallerSignal | undefined;
}

/** An `AbortSignal`, or the little of it that is looked at: making a whole one for every request costs more. */
export type CallerSignal = Pick<AbortSignal, 'aborted'>;

/** The outputs of one request, and where its time went. */
export interface InferResponse {
  readonly model: string;
  readonly version: number;
  readonly outputs: readonly Tensor[];
  readonly timing: InferTiming;
}

export interface InferTiming {
  readonly queueMs: number;
  readonly runMs: number;
  /** Requests that shared the run. */
  readonly batchSize: number;
}

/** What every protocol calls. */
export interface DataPlane {
  /** The models that are served, with their signatures; the first is the default one. */
  readonly models: readonly LoadedModel[];
  /**
   * Checks the tensors against the model's signature, waits for a turn, runs, answers. Throws `SlipwayError`:
   * `not_found` (no such model), `invalid_argument` (wrong names, datatypes or shapes, naming the input),
   * `overloaded` (queue full or waited too long; not run), `deadline_exceeded` (over the scoring timeout),
   * `cancelled`, `unavailable` (draining or stuck; not run), `invalid_model` (the engine refused the run).
   */
  infer(request: InferRequest): Promise<InferResponse>;
  /** What runs and what waits. */
  load(): { readonly inFlight: number; readonly queued: number };
  /** Takes no new request, finishes what it has, and frees the engines. */
  drain(signal: AbortSignal): Promise<void>;
}
