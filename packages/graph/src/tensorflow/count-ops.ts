import type { NodeDef } from '../generated/tensorflow/tensorflow_pb.ts';

/** An op and how many nodes have it. */
export interface OpCount {
  readonly op: string;
  readonly nodes: number;
}

/** How many of the nodes have which op, sorted by the names of ops. */
export function countOps(nodes: readonly NodeDef[]): readonly OpCount[] {
  const counts = new Map<string, number>();
  for (const { op } of nodes) counts.set(op, (counts.get(op) ?? 0) + 1);
  return [...counts]
    .map(([op, count]) => ({ op, nodes: count }))
    .toSorted((a, b) => (a.op < b.op ? -1 : a.op > b.op ? 1 : 0));
}
