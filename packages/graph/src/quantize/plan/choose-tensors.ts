import { type Network, titleOf } from '../network.ts';
import type { IntegerNode } from './choose-nodes.ts';

/** A tensor that becomes integers. */
export interface ChosenTensor {
  readonly tensor: string;
  /**
   * - `maker`: right where an integer node makes it, so that all take what was rounded.
   * - `takers`: only for the integer nodes that take it.
   * - `constant`: it is an initializer.
   */
  readonly place: 'maker' | 'takers' | 'constant';
  /** Tensors with the same scale, this one among them. */
  readonly group: readonly string[];
  /** Which node needs it, as a sentence. */
  readonly why: string;
}

/** Says which tensors become integers for the nodes that do, and which of them share a scale. */
export function chooseTensors(network: Network, nodes: readonly IntegerNode[]): readonly ChosenTensor[] {
  const why = new Map<string, string>();
  const need = (tensor: string, reason: string): void => {
    if (!why.has(tensor)) why.set(tensor, reason);
  };
  for (const { node, takes } of nodes) {
    for (const tensor of takes) need(tensor, `${titleOf(node)} (${node.op}) takes it.`);
  }
  for (const { node, makes, answersFloat } of nodes) {
    if (!answersFloat) need(makes, `${titleOf(node)} (${node.op}) makes it.`);
  }
  const made = new Set(nodes.map(({ makes }) => makes));
  const groups = sharedScales(nodes);
  return [...why].map(([tensor, reason]) => {
    const place = made.has(tensor) ? 'maker' : network.constants.has(tensor) ? 'constant' : 'takers';
    return { tensor, place, group: groups.get(tensor) ?? [tensor], why: reason };
  });
}

/** The groups of tensors that values are only moved between. */
function sharedScales(nodes: readonly IntegerNode[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, Set<string>>();
  for (const { role, takes, makes } of nodes) {
    if (role !== 'moving') continue;
    const [largest = new Set<string>(), ...others] = [...takes, makes]
      .map((tensor) => groups.get(tensor) ?? new Set([tensor]))
      .toSorted((one, other) => other.size - one.size);
    for (const tensor of others.flatMap((each) => [...each])) {
      largest.add(tensor);
      groups.set(tensor, largest);
    }
    for (const tensor of largest) groups.set(tensor, largest);
  }
  return new Map([...groups].map(([tensor, group]) => [tensor, [...group]]));
}
