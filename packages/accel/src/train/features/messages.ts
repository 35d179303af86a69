import type { ErrorBody, Tensor } from '@slipway/contract';

/** What a thread with the featurizer is started with. */
export interface FeatureThreadStart {
  readonly path: string;
  /** The input and the output of the model. */
  readonly input: string;
  readonly output: string;
  /** Threads of a run. */
  readonly threads: number;
}

/** What it is told. */
export type ToFeatureThread =
  | { readonly kind: 'run'; readonly pixels: Omit<Tensor, 'name'> }
  | { readonly kind: 'close' };

/** What it answers: `ready` once, then one for each run. */
export type FromFeatureThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'features'; readonly values: Float32Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly error: ErrorBody };
