import type { ErrorBody } from '@slipway/contract';
import type { MiniBatch } from '../inputs/mini-batch.ts';
import type { MiniBatchResult } from '../workers/batch-worker.ts';

/** How a model is to be loaded. */
export interface ModelLoad {
  /** Absolute path of the folder with the model. */
  readonly folder: string;
  /** Cores that one run may use. */
  readonly threads: number;
  readonly digest: string;
  readonly cacheDir: string;
  /** `false`: results are only counted. */
  readonly keepsResults: boolean;
}

/** What the job says to the process of a model. */
export type ToModel =
  | { readonly type: 'load'; readonly load: ModelLoad }
  | { readonly type: 'run'; readonly miniBatch: MiniBatch };

/** What it answers; `refused` where the model cannot be loaded, or a mini-batch not be scored. */
export type FromModel =
  | { readonly type: 'ready'; readonly notes: readonly string[] }
  | { readonly type: 'result'; readonly result: MiniBatchResult }
  | { readonly type: 'refused'; readonly error: ErrorBody };
