import type { NodeDef } from '../../generated/tensorflow/tensorflow_pb.ts';
import { nodeOfInput } from '../../tensorflow/check-graph.ts';

/** The nodes that the wanted ones depend on, also by order alone, in the order that they had; `fed` is where it ends. */
export function reachable(
  nodes: readonly NodeDef[],
  wanted: readonly string[],
  fed: ReadonlySet<string>,
): readonly NodeDef[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const found = new Set<string>();
  const waiting = [...wanted];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = byName.get(name);
    if (node === undefined || found.has(name)) continue;
    found.add(name);
    if (!fed.has(name)) for (const input of node.input) waiting.push(nodeOfInput(input));
  }
  return nodes.filter(({ name }) => found.has(name));
}
