import type { TensorData, TensorSpec } from './tensors.ts';

/** A model of the service, as a script finds it. */
export interface EntryModel {
  readonly name: string;
  readonly version: number;
  /** Folder of this version. A model that was registered from a folder lies in one of that name below. */
  readonly path: string;
}

/** What `init` of a batch job is told. All paths are absolute. */
export interface BatchInit {
  /** Of one model the folder of its version; otherwise the folder with `<name>/<version>/` of each. */
  readonly modelDir: string;
  readonly models: readonly EntryModel[];
  /** Folder of the sources, which is the current one too. */
  readonly sourceDir: string;
}

/** What `init` of a service is told. */
export interface EntryInit extends BatchInit {
  readonly service: string;
  readonly workspace: string;
  readonly revision: number;
}

/** What `run` is told of a request beside its input. */
export interface EntryContext {
  /** Under this id the request stands in the log. */
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
}

/** Runs once in each worker before its first request. */
export type EntryInitFunction = (init: EntryInit) => void | Promise<void>;

/**
 * Runs for each request. `input` is the parsed body; its bytes where the content type is not JSON; of GET the query, each value parsed
 * as JSON if it is JSON; with `export const raw = true` the whole `Request`. A result goes out as JSON, a `Uint8Array` or an `ArrayBuffer`
 * as it is, a `Response` with its own status and headers, and `undefined` as `{}`.
 */
export type EntryRunFunction<Input = unknown, Output = unknown> = (
  input: Input,
  context: EntryContext,
) => Output | Promise<Output>;

/** Runs once in each process of a batch job before its first mini-batch. */
export type BatchInitFunction = (init: BatchInit) => void | Promise<void>;

/**
 * Runs for each mini-batch of a job. Items are absolute paths of files, or rows of a table as objects, in which whole numbers that a
 * number cannot hold are `BigInt`s. Returns an array with one element for each item that succeeded: text is a line as it is, all
 * else a line of JSON.
 */
export type BatchRunFunction<Item = string> = (
  miniBatch: readonly Item[],
) => ArrayLike<unknown> | Promise<ArrayLike<unknown>>;

/** What is collected together. */
export interface CollectorOptions {
  /** Name of the model that the rows are about; its version is that of the service's model of this name. */
  readonly model: string;
  /** What the rows are, such as `inputs`; default `default`. */
  readonly designation?: string | undefined;
  /** Names of the columns. */
  readonly featureNames?: readonly string[] | undefined;
}

/** Keeps rows beside the requests, where the deployment collects (`collectModelData`). */
export interface Collector {
  /**
   * Keeps a list of rows, one row, or one value; typed arrays are lists. It never throws and nothing waits for the disk: what cannot be
   * kept is said in the log, and where collection is off nothing happens. At most 4 MiB as JSON.
   */
  collect(data: unknown, options?: { readonly correlationId?: string | undefined }): void;
}

/** Makes a collector; once, in `init` or beside it. */
export type CreateCollector = (options: CollectorOptions) => Collector;

/** Elements for an input of a model, in row-major order: of the input's own array type, or to be converted to it. */
export interface OnnxInput {
  readonly data: TensorData | readonly (number | bigint | boolean | string)[];
  readonly shape: readonly number[];
}

/** An output of a model; texts as strings, all else in the array type of the output. */
export interface OnnxOutput {
  readonly data: Exclude<TensorData, readonly Uint8Array[]> | readonly string[];
  readonly shape: readonly number[];
}

/** An ONNX model that a script has loaded. */
export interface OnnxModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Computes all outputs, by name. Blocks the worker, which has nothing else to do. Throws if the inputs do not fit. */
  run(inputs: Readonly<Record<string, OnnxInput>>): Readonly<Record<string, OnnxOutput>>;
  /** Frees its memory; a worker that ends does it too. */
  close(): void;
}

/**
 * Loads an ONNX file, or the one of a folder, on the engine of the replica. Throws `invalid_model` with what is wrong with it.
 */
export type LoadOnnxModel = (path: string) => Promise<OnnxModel>;
