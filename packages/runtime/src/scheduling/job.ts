import type { SlipwayError } from '@slipway/contract';
import type { CallerSignal, InferResponse } from '../data-plane/data-plane.ts';
import type { RunRequest } from './batch.ts';

/** A request that waits for its turn to run, be it in an engine or in a script. */
export interface WaitingJob extends RunRequest {
  /** Milliseconds of `performance.now()` when it came. */
  readonly arrivedAt: number;
  readonly signal: CallerSignal | undefined;
  /** As in `InferRequest`. */
  readonly priority?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly client?: string | undefined;
  readonly reject: (error: SlipwayError) => void;
}

/** A request on its way through a lane. Exactly one of `resolve` and `reject` is called, once. */
export interface Job extends WaitingJob {
  readonly resolve: (response: InferResponse) => void;
}

/** A way to run a model's jobs. */
export interface Lane {
  /** Takes a job and settles it later, or refuses it at once. */
  submit(job: Job): void;
  load(): { readonly inFlight: number; readonly queued: number };
  /** Refuses what waits and whatever comes; what runs goes on. */
  refuse(error: SlipwayError): void;
  /** Finishes what it has and frees its engines and threads. Nothing may be submitted after it. */
  close(): Promise<void>;
}
