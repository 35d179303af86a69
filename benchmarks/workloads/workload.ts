import type { LaneChoice } from '@slipway/contract';
import type { InferenceSession } from 'onnxruntime-node';

/** How many callers at once, each with one request in flight. */
export const CONNECTIONS = [1, 16, 64] as const;

export type Connections = (typeof CONNECTIONS)[number];

/** A model with inputs: the same inputs for the bare engine and for the servers. */
export interface Workload {
  readonly name: string;
  readonly model: Uint8Array;
  readonly lane: LaneChoice;
  readonly samples: readonly Sample[];
  /** The only output of the model. */
  readonly output: string;
  /** Requests of one measurement, enough for about half a second. */
  readonly requests: Readonly<Record<Connections, number>>;
  /**
   * Requests to each target before the first round. A service runs for days: what is measured is code that the
   * engine of JavaScript has compiled, which takes some ten thousand calls.
   */
  readonly warmUpRequests: number;
  /** The most that a replica may add to a bare run at one connection, in microseconds. */
  readonly maxAddedMicroseconds: number;
}

/** One input, as the engine takes it and as the body of a request. */
export interface Sample {
  readonly feeds: InferenceSession.FeedsType;
  readonly json: string;
}
