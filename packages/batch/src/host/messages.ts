import type { ErrorBody } from '@slipway/contract';
import type { MiniBatch } from '../inputs/mini-batch.ts';
import type { MiniBatchResult } from '../workers/batch-worker.ts';

/** What the job says to a process; `load` is what that kind of process needs. */
export type ToHost<Load> =
  | { readonly type: 'load'; readonly load: Load }
  | { readonly type: 'run'; readonly miniBatch: MiniBatch };

/** What it answers; `refused` where it cannot be ready, or a mini-batch not be scored; `hasEnded`: nor any other one here. */
export type FromHost =
  | { readonly type: 'ready'; readonly notes: readonly string[] }
  | { readonly type: 'result'; readonly result: MiniBatchResult }
  | { readonly type: 'refused'; readonly error: ErrorBody; readonly hasEnded: boolean };
