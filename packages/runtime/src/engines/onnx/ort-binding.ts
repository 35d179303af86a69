// Must stand before the import of the library.
import './without-telemetry.ts';
import { isMainThread } from 'node:worker_threads';
import type { TensorData } from '@slipway/contract';
import { binding as nativeBinding } from 'onnxruntime-node/dist/binding.js';
import type { OrtType } from './datatypes.ts';

/**
 * The synchronous binding beneath `onnxruntime-node`, whose public `run` wraps each call in a promise and a
 * `setImmediate`, which costs more than a tiny model's run. It is not public API: onnxruntime-node is pinned
 * to the version in which `ort-binding.test.ts` found what this file relies on.
 */
export interface OrtBinding {
  readonly InferenceSession: new () => OrtSession;
  initOrtOnce(logLevel: number, tensor: typeof OrtTensor, isMainThread: boolean): void;
}

/** A session of the binding. `run` blocks; `fetches` has `null` under the name of each wanted output. */
export interface OrtSession {
  loadModel(path: string, options: OrtSessionOptions): void;
  readonly inputMetadata: readonly OrtValueMetadata[];
  readonly outputMetadata: readonly OrtValueMetadata[];
  run(feeds: Readonly<Record<string, OrtTensor>>, fetches: Readonly<Record<string, null>>): OrtResults;
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

// The types that the package declares for its binding know only its public tensor class.
const binding = nativeBinding as unknown as OrtBinding;
let initialized = false;

/** The binding, made ready for this thread at the first call. */
export function ortBinding(): OrtBinding {
  if (!initialized) {
    binding.initOrtOnce(ORT_LOG_FATAL, OrtTensor, isMainThread);
    initialized = true;
  }
  return binding;
}
