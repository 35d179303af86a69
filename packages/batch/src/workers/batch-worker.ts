import type { SlipwayError } from '@slipway/contract';
import type { MiniBatch } from '../inputs/mini-batch.ts';

/** What scored a mini-batch. */
export interface MiniBatchResult {
  /** Items with a result. */
  readonly succeeded: number;
  /** The lines of the results, each with its end. */
  readonly text: string;
  /** Items that are known to have none, with the reason; `item` counts those that were given, from 0. */
  readonly rejected: readonly { readonly item: number; readonly reason: string }[];
}

/** A process that scores one mini-batch at a time. */
export interface BatchWorker {
  /** Rejects if scoring failed, or if the process has ended. */
  run(miniBatch: MiniBatch): Promise<MiniBatchResult>;
  /** Resolves when it is gone; never rejects. */
  readonly ended: Promise<SlipwayError>;
  /** Lets it end by itself for a while, and then ends it. Resolves when it is gone. */
  stop(): Promise<void>;
  /** Ends it at once, with all that it has started. */
  kill(reason: SlipwayError): void;
}

/** Starts the process of a place; the places count from 1. Rejects if it cannot be ready. */
export type StartWorker = (place: WorkerPlace, signal: AbortSignal) => Promise<BatchWorker>;

/** Where a process stands among the others. */
export interface WorkerPlace {
  /** Counted from 1: the name of its logs. */
  readonly number: number;
  /** The GPU that it has for itself; empty: none, although there are some; `null`: nothing is said. */
  readonly gpu: string | null;
}
