import type { Caller } from '../load/load.ts';

/** What is measured, from the least that any server could cost to the whole way. */
export const TARGETS = ['bare run', 'empty server', 'replica', 'gateway'] as const;

export type TargetName = (typeof TARGETS)[number];

/** Something that answers the samples of a workload. */
export interface Target {
  readonly name: TargetName;
  open(): Promise<Caller>;
}
