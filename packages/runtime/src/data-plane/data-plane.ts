import type { LoadedModel, ModelVersionState, ReplicaModel, SlipwayError, Tensor } from '@slipway/contract';
import type { VersionLoad } from './version-load.ts';

/** Which model a request means. All absent: the service's default model, in its default version. */
export interface ModelRef {
  /** The service's name means the default model too. */
  readonly model?: string | undefined;
  /** One version, by its number or by a label that points at one; both absent: the default, which is the highest that is ready. */
  readonly version?: number | undefined;
  readonly label?: string | undefined;
}

/** One request for one model, the same whatever protocol it came by. */
export interface InferRequest extends ModelRef {
  /** The request's id, for logs. */
  readonly id: string;
  /** The data plane owns them from here on: buffers that hold one tensor alone may move to another thread. */
  readonly inputs: readonly Tensor[];
  /** Names of the outputs that are wanted, in that order; absent or empty: all of them. */
  readonly outputs?: readonly string[] | undefined;
  /** Who waits goes in the order of these, 1 before 2; absent or 0: the model's default. */
  readonly priority?: number | undefined;
  /** The caller's own patience in milliseconds from now on; the service's limits hold as well. */
  readonly timeoutMs?: number | undefined;
  /**
   * Who asks, such as a connection or a key: requests that wait go in turn between clients. Absent: one client for
   * all that say nothing.
   */
  readonly client?: string | undefined;
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
  /**
   * The versions that are ready now, with their signatures: models in the order of the deployment, the highest version
   * first. The first is the default one. Another list whenever a version came or went.
   */
  readonly models: readonly LoadedModel[];
  /** Every version that is known, in the order of the deployment, also those that are not ready. */
  states(): readonly ModelVersionState[];
  /**
   * The name of the model that is meant, whether or not there is one: without a name, or by that of the service, the
   * default one.
   */
  nameOf(asked: string | undefined): string;
  /** The version that a request with this reference would run; `not_found` says what there is. */
  find(ref: ModelRef): LoadedModel | SlipwayError;
  /**
   * Checks the tensors against the model's signature, waits for a turn, runs, answers. Throws `SlipwayError`:
   * `not_found` (no such model), `invalid_argument` (wrong names, datatypes or shapes, naming the input),
   * `overloaded` (queue full or waited too long; not run), `deadline_exceeded` (over the scoring timeout),
   * `cancelled`, `unavailable` (draining or stuck; not run), `invalid_model` (the engine refused the run).
   */
  infer(request: InferRequest): Promise<InferResponse>;
  /** What runs and what waits, of each version that is ready. */
  loads(): readonly VersionLoad[];
  /**
   * Works towards another list of versions, beside what serves: a version takes over when it is ready, and what is no
   * longer wanted leaves when all that is wanted of its model is ready. Resolves when there is nothing left to do.
   */
  setModels(models: readonly ReplicaModel[]): Promise<void>;
  /**
   * Loads a model that was unloaded or could not be loaded; all its versions without a number. Resolves when it is
   * ready; throws `not_found` if the deployment has no such version, `invalid_model`.
   */
  loadModel(name: string, version?: number): Promise<void>;
  /** Answers what it has, and frees it; until it is loaded again nothing brings it back. Throws `not_found`. */
  unloadModel(name: string, version?: number): Promise<void>;
  /** Takes no new request, finishes what it has, and frees the engines. */
  drain(signal: AbortSignal): Promise<void>;
}
