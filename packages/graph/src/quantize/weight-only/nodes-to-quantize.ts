import { type Network, titleOf } from '../network.ts';
import { chooseNodes, type Exclusions } from '../plan/choose-nodes.ts';
import { nothingToDo } from '../plan/plan.ts';
import type { Weights } from '../plan/weights-of.ts';

/**
 * The nodes of some operators that multiply by a constant with an axis for its outputs, by name. Throws
 * `invalid_argument` where there is none, and for exclusions that name nothing.
 */
export function nodesToQuantize(
  network: Network,
  ops: readonly string[],
  exclude: Exclusions | undefined,
): ReadonlyMap<string, Weights> {
  const { integer, float } = chooseNodes(network, exclude);
  const found = integer.flatMap(({ node, weights, adder }): readonly (readonly [string, Weights])[] => {
    if (!ops.includes(node.op ?? '') || weights?.axis === undefined) return [];
    // What another node adds stays where it is.
    return [[titleOf(node), adder === node ? weights : { ...weights, bias: undefined }]];
  });
  if (found.length === 0) throw nothingToDo(float, ops);
  return new Map(found);
}
