import { GraphError } from '../../graph-error.ts';
import type { Graph, Node, OnnxModel, Tensor } from '../model.ts';
import { definedNames, takenNames } from './names.ts';

/**
 * Puts other nodes in place of each node of the main graph for which `change` returns some; none removes it. All are
 * brought into the order of their data. Throws `invalid_argument` where that would be a cycle.
 */
export function replaceNodes(
  model: OnnxModel,
  change: (node: Node) => readonly Node[] | undefined,
): OnnxModel {
  const nodes = model.graph.nodes.flatMap((node) => change(node) ?? [node]);
  return { ...model, graph: { ...model.graph, nodes: inOrder(nodes) } };
}

/** Adds nodes to the main graph, in the order of their data. Throws `invalid_argument` where that would be a cycle. */
export function addNodes(model: OnnxModel, nodes: readonly Node[]): OnnxModel {
  return { ...model, graph: { ...model.graph, nodes: inOrder([...model.graph.nodes, ...nodes]) } };
}

/** Removes the nodes for which `remove` says so. What they made is no longer there: nothing must take it. */
export function removeNodes(model: OnnxModel, remove: (node: Node) => boolean): OnnxModel {
  return replaceNodes(model, (node) => (remove(node) ? [] : undefined));
}

/** Adds initializers to the main graph. Throws `invalid_argument` where a name is taken. */
export function addInitializers(model: OnnxModel, tensors: readonly Tensor[]): OnnxModel {
  const taken = definedNames(model.graph);
  for (const { name = '' } of tensors) {
    if (name === '' || taken.has(name)) {
      throw new GraphError(
        'invalid_argument',
        `An initializer cannot be named ${name || 'nothing'}: that name is taken.`,
      );
    }
  }
  const graph: Graph = { ...model.graph, initializers: [...model.graph.initializers, ...tensors] };
  return { ...model, graph };
}

/** A node of ONNX's own operators with what it needs; all else is empty. */
export function makeNode(node: Pick<Node, 'op' | 'inputs' | 'outputs'> & Partial<Node>): Node {
  return { attributes: [], metadata: [], ...node };
}

/** Nodes each after those whose outputs it takes, and otherwise as they were. Throws `invalid_argument` for a cycle. */
export function inOrder(nodes: readonly Node[]): readonly Node[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  makers.delete('');
  const sorted = new Set<Node>();
  const open: { readonly node: Node; readonly needs: Iterator<string> }[] = [];
  const entered = new Set<Node>();
  const enter = (node: Node): void => {
    if (sorted.has(node)) return;
    if (entered.has(node)) {
      const title = node.name ?? node.outputs.join(', ');
      throw new GraphError(
        'invalid_argument',
        `The node ${title} (${node.op ?? ''}) would need its own output: a cycle.`,
      );
    }
    entered.add(node);
    open.push({ node, needs: takenNames(node).values() });
  };
  for (const start of nodes) {
    enter(start);
    // A stack of its own: a chain of nodes may be longer than that of calls.
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.needs.next();
      const maker = next.done === true ? undefined : makers.get(next.value);
      if (maker !== undefined) enter(maker);
      if (next.done === true) {
        sorted.add(top.node);
        open.pop();
      }
    }
  }
  return [...sorted];
}
