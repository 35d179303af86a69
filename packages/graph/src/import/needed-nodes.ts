import type { NodeDef } from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import { nodeOfInput } from '../tensorflow/check-graph.ts';
import { listed, quoted } from '../tensorflow/refusals.ts';
import type { ChosenTensors } from './choose-tensors.ts';

/**
 * The nodes that the outputs are computed from, each after those whose outputs it takes. The inputs are where it
 * ends: what they are computed from is left out, and so is all that only trains, saves, restores or checks.
 * Throws `GraphError`: `unsupported` for cycles, `invalid_argument` for placeholders that no input feeds, all at once.
 */
export function neededNodes(
  nodes: readonly NodeDef[],
  { inputs, outputs }: ChosenTensors,
): readonly NodeDef[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const fed = new Set(inputs.map(({ node }) => node));
  const sorted = new Set<NodeDef>();
  const entered = new Set<string>();
  const open: { readonly node: NodeDef; readonly rest: string[] }[] = [];
  const enter = (name: string): void => {
    const node = byName.get(name);
    if (node === undefined || sorted.has(node)) return;
    if (entered.has(name))
      throw new GraphError(
        'unsupported',
        `The outputs depend on a cycle of nodes at ${quoted(name)}. Choose tensors behind it as inputs.`,
      );
    entered.add(name);
    open.push({ node, rest: fed.has(name) ? [] : sourcesOf(node).toReversed() });
  };
  for (const { node } of outputs) {
    enter(node);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.rest.pop();
      if (next !== undefined) enter(next);
      else {
        sorted.add(top.node);
        open.pop();
      }
    }
  }
  const needed = [...sorted];
  refuseUnfed(needed, fed);
  return needed;
}

/** A loop of TensorFlow 1 that is still there ends where its next round begins, so that all of it can be refused. */
function sourcesOf({ op, input }: NodeDef): string[] {
  if (op.endsWith('NextIteration')) return [];
  return input.filter((each) => !each.startsWith('^')).map(nodeOfInput);
}

function refuseUnfed(nodes: readonly NodeDef[], fed: ReadonlySet<string>): void {
  const missing = nodes.filter(({ name, op }) => op === 'Placeholder' && !fed.has(name));
  if (missing.length === 0) return;
  throw new GraphError(
    'invalid_argument',
    `The outputs depend on ${listed(missing.map(({ name }) => name))}, which no input feeds. Name them as inputs too.`,
  );
}
