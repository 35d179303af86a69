import { isMainThread } from 'node:worker_threads';
import { SlipwayError, type TensorData } from '@slipway/contract';
import type { Accelerator } from '../engine.ts';
import type { OrtType } from './datatypes.ts';
import { findBindingFolder, loadBinding } from './open-binding.ts';

/**
 * The synchronous binding beneath `onnxruntime-node`, whose public `run` wraps each call in a promise and a
 * `setImmediate`, which costs more than a tiny model's run. It is not public API: onnxruntime-node is pinned
 * to the version in which `ort-binding.test.ts` found what this file relies on.
 */
export interface OrtBinding {
  readonly InferenceSession: new () => OrtSession;
  /** The providers that the binding was built to know, whether their libraries are there or not. */
  listSupportedBackends(): readonly { readonly name: string }[];
  initOrtOnce(logLevel: number, tensor: typeof OrtTensor, isMainThread: boolean): void;
}

/** A session of the binding. `run` blocks; `fetches` has `null` under the name of each wanted output. */
export interface OrtSession {
  loadModel(path: string, options: OrtSessionOptions): void;
  loadModel(bytes: ArrayBufferLike, offset: number, length: number, options: OrtSessionOptions): void;
  readonly inputMetadata: readonly OrtValueMetadata[];
  readonly outputMetadata: readonly OrtValueMetadata[];
  run(feeds: Readonly<Record<string, OrtTensor>>, fetches: Readonly<Record<string, null>>): OrtResults;
  /** Writes the file of a session that was opened with `enableProfiling`, and watches no more. */
  endProfiling(): void;
  dispose(): void;
}

export type OrtResults = Readonly<Record<string, OrtTensor>>;

/** `shape` has -1 where a size is symbolic; its name, if it has one, stands in `symbolicDimensions`. */
export interface OrtValueMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type: number;
  readonly shape: readonly number[];
  readonly symbolicDimensions: readonly string[];
}

export interface OrtSessionOptions {
  readonly executionMode: 'sequential';
  readonly graphOptimizationLevel: 'all' | 'disabled';
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly logSeverityLevel: number;
  readonly optimizedModelFilePath?: string;
  readonly executionProviders?: readonly string[];
  readonly enableProfiling?: boolean;
  readonly profileFilePrefix?: string;
  readonly extra: Readonly<Record<string, string>>;
}

/** A tensor as the binding reads it; it also builds its results with this constructor. */
export class OrtTensor {
  readonly location = 'cpu';
  readonly type: OrtType;
  data: TensorData | readonly string[];
  dims: readonly number[];

  constructor(type: OrtType, data: TensorData | readonly string[], dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }
}

/** Only what ends the process: of everything else the exception says the same. */
export const ORT_LOG_FATAL = 4;

/** The binding of this thread, and the folder that it came from. */
export interface OpenBinding {
  readonly folder: string;
  readonly binding: OrtBinding;
}

let opened: OpenBinding | undefined;

/**
 * The binding for an accelerator, made ready for this thread at the first call. Throws `unsupported` if the libraries of
 * the accelerator are not there. A process has one: a second library of the same name would be taken for the first.
 */
export function ortBinding(accelerator?: Accelerator | undefined): OpenBinding {
  const folder = findBindingFolder(accelerator);
  if (opened === undefined) {
    const binding = loadBinding(folder) as OrtBinding;
    binding.initOrtOnce(ORT_LOG_FATAL, OrtTensor, isMainThread);
    opened = { folder, binding };
  }
  if (opened.folder === folder) return opened;
  throw new SlipwayError('internal', `This process has loaded ONNX Runtime from ${opened.folder} already.`);
}
