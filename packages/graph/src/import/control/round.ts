import type { Emitter } from '../emitter.ts';
import type { Value } from '../value.ts';
import type { Scan } from './scans.ts';
import type { Subgraph } from './subgraph.ts';

/** What a loop does with each of its variables. */
export interface Plan {
  readonly body: Subgraph;
  readonly condition: Subgraph;
  /** Those that no round changes: the graph takes them from outside. */
  readonly unchanged: ReadonlySet<number>;
  /** Lists that it only adds to: ONNX collects what is added. */
  readonly scans: ReadonlyMap<number, Scan>;
}

/** One round as a graph of ONNX, for variables of certain shapes. */
export interface Round {
  readonly emitter: Emitter;
  /** By the variables' numbers; what the round is given, and what it gives. */
  readonly given: readonly Value[];
  readonly results: readonly Value[];
  readonly goesOn: Value;
  /** The names of what changes from round to round and is given. */
  readonly carried: ReadonlySet<string>;
}

/** Ops that cannot fail, so that they may run although the loop may not. */
const HARMLESS: ReadonlySet<string> = new Set([
  'Split',
  'Squeeze',
  'Unsqueeze',
  'Slice',
  'Identity',
  'Cast',
  'Transpose',
]);

/** Moves what is the same in each round before the loop, such as the two halves of a bias. */
export function hoist({ emitter, carried }: Round, outer: Emitter): void {
  const inside = new Set(carried);
  emitter.give(({ op = '', inputs, outputs }) => {
    const free = HARMLESS.has(op) && inputs.every((name) => !inside.has(name));
    if (!free) for (const name of outputs) inside.add(name);
    return free;
  }, outer);
}
