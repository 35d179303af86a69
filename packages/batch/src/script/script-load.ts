import type { BatchInit } from '@slipway/contract';

/** How a script in TypeScript or JavaScript is to be run. Paths are absolute. */
export interface ScriptLoad {
  /** Relative to the folder of the sources. */
  readonly script: string;
  readonly init: BatchInit;
  /** Threads that one run of an ONNX model may use. */
  readonly threads: number;
  /** Megabytes that its heap may have. */
  readonly heapMb: number;
  readonly startTimeoutMs: number;
  /** `false`: results are only counted. */
  readonly keepsResults: boolean;
}
