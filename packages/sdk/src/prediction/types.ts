import type { Datatype, Dimension, Tensor, TensorData } from '@slipway/contract';

/** The protocols that a service speaks. `azure` is `/score`, in JSON alone. */
export type Protocol = 'azure' | 'tfserving' | 'oip';

/** What every call takes. */
export interface ScoreOptions {
  /** The outputs that are wanted; all of them when left out. */
  readonly outputs?: readonly string[] | undefined;
  /** The model; that of the client when left out. */
  readonly model?: string | undefined;
  /** Its version; the newest when left out. */
  readonly version?: string | number | undefined;
  /** TensorFlow Serving alone: the signature; `serving_default` when left out. */
  readonly signature?: string | undefined;
  /** Gives the call up; it then throws `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that the whole call may take, repeats and pauses included; then it throws `deadline_exceeded`. */
  readonly timeoutMs?: number | undefined;
}

/** Options of a call that sends encoded images. */
export interface ImageOptions extends ScoreOptions {
  /** The input that takes them; the only input when left out. */
  readonly inputName?: string | undefined;
}

/** Values in nested arrays, as JSON has them. */
export type NestedValues =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array<ArrayBuffer>
  | readonly NestedValues[];

/**
 * An array as NumPy would have it: a typed array, whose kind says the datatype, with its shape; or nested arrays, which take
 * the datatype of the model's input, as does a bare value, which has no axis. A typed array alone has one.
 */
export type ArrayInput =
  | Exclude<TensorData, readonly Uint8Array[]>
  | Exclude<NestedValues, Uint8Array>
  | {
      readonly data: TensorData | Exclude<NestedValues, Uint8Array>;
      readonly shape?: readonly number[] | undefined;
      readonly datatype?: Datatype | undefined;
    };

/** What a model answered. */
export interface Prediction {
  readonly modelName: string | undefined;
  readonly modelVersion: string | undefined;
  /** By name. Those that were asked for come in that order. */
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** An input or output as the service describes it. */
export interface DescribedTensor {
  readonly name: string;
  /** Its name in the graph, which callers may use too, where `name` is the key of a signature of TensorFlow. */
  readonly tensorName?: string | undefined;
  readonly datatype: Datatype;
  readonly shape: readonly Dimension[];
  /** The names of the classes that an output scores, along its last axis, where the service says them; TensorFlow Serving has no place for them. */
  readonly labels?: readonly string[] | undefined;
}

/** A model as the service describes it. */
export interface ModelDescription {
  readonly inputs: readonly DescribedTensor[];
  readonly outputs: readonly DescribedTensor[];
}

/** A client of one service. Every error is a `SlipwayError`; what the service said stands in its `details`. */
export interface TensorClient {
  readonly protocol: Protocol;
  /** Sends tensors. */
  scoreTensors(inputs: readonly Tensor[], options?: ScoreOptions): Promise<Prediction>;
  /** Sends arrays by the names of their inputs. */
  scoreArrays(inputs: Readonly<Record<string, ArrayInput>>, options?: ScoreOptions): Promise<Prediction>;
  /** Sends encoded images (JPEG, PNG, WebP, GIF) as they are, for a model that takes such. */
  scoreImages(
    images: Uint8Array<ArrayBuffer> | readonly Uint8Array<ArrayBuffer>[],
    options?: ImageOptions,
  ): Promise<Prediction>;
  /** Asks what the model takes and gives; kept for later calls. */
  describe(options?: ScoreOptions): Promise<ModelDescription>;
  /** Closes its connections. Calls that run then end with `cancelled`. */
  close(): void;
}

/** A client that speaks JSON over HTTP. */
export interface PredictionClient extends TensorClient {
  /** Sends a body of the protocol's own, as JSON unless it is text or bytes, and gives back its answer. */
  score(body: unknown, options?: ScoreOptions): Promise<unknown>;
}

/**
 * A key or token, or a function that gives one. The function is asked when there is none yet, and again when the service refuses
 * the one it gave, once a call.
 */
export type Credential = string | ((signal: AbortSignal) => string | undefined | Promise<string | undefined>);

/** How often, and how long apart, a call is tried that certainly was not run. */
export interface RetryPolicy {
  /** Attempts in all; 1 never repeats. */
  readonly attempts: number;
  /** The first pause; each further one may be twice as long. Half of it is chance. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** What every client is made of. */
export interface ClientOptions {
  /** The service: `http://gateway:7080/api/v1/service/digits`, or its scoring URI. */
  readonly url: string;
  readonly credential?: Credential | undefined;
  /** The model that is meant when a call names none. */
  readonly model?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** Largest answer that is read. */
  readonly maxAnswerBytes?: number | undefined;
}
