import type { NodeDef } from '../../generated/tensorflow/tensorflow_pb.ts';

/** A graph within a graph: a branch of a condition, the body of a loop, or what says whether the loop goes on. */
export interface Subgraph {
  /** By which names its nodes take what the graph is given. No node has them. */
  readonly parameters: readonly string[];
  /** In no order. */
  readonly nodes: readonly NodeDef[];
  /** Tensors of its nodes, `node:0`, or parameters. */
  readonly results: readonly string[];
}

/** An output of a node. */
export interface Output {
  readonly node: string;
  readonly index: number;
}

/** The output that an input of a node names: `node` or `node:1`. */
export function outputAt(input: string): Output {
  const [node = '', index = '0'] = input.split(':');
  return { node, index: Number(index) };
}

/** A tensor as other nodes name it, always with its number. */
export function tensorAt({ node, index }: Output): string {
  return `${node}:${index}`;
}

/** The inputs of a node that are tensors, not only an order. */
export function tensorInputs({ input }: NodeDef): readonly string[] {
  return input.filter((each) => !each.startsWith('^'));
}

/** Ops that give on what they take. */
const SAME: ReadonlySet<string> = new Set(['Identity', 'IdentityN', 'StopGradient', 'Snapshot']);

/** What stands behind a tensor, through all that only gives it on. */
export function behind(nodes: ReadonlyMap<string, NodeDef>, tensor: string): string {
  let at = outputAt(tensor);
  // A step more than there are nodes would be a cycle.
  for (let steps = 0; steps <= nodes.size; steps += 1) {
    const node = nodes.get(at.node);
    const next = node !== undefined && SAME.has(node.op) ? tensorInputs(node)[at.index] : undefined;
    if (next === undefined) break;
    at = outputAt(next);
  }
  return tensorAt(at);
}
