import type { Caller } from '../load/load.ts';
import type { Histogram } from './own-time.ts';

/** What `npm run bench` measures, from the least that any server could cost to the whole way. */
export const TARGETS = ['bare run', 'empty server', 'node:http', 'replica', 'gateway'] as const;

export type TargetName = (typeof TARGETS)[number];

/** Something that answers the samples of a workload. */
export interface Target {
  readonly name: string;
  /** The process whose CPU time is measured; none where it is this one. */
  readonly pid?: number | undefined;
  /** What the target says of the time that it itself added; only a replica does. */
  readonly ownTime?: () => Promise<Histogram>;
  open(): Promise<Caller>;
}
