import { makeNode } from '../../onnx/edit/nodes.ts';
import type { Graph, Node } from '../../onnx/model.ts';

/** What these make is never below 0, so that the 0 of an edge is not above what it would be without one. */
const NEVER_NEGATIVE: ReadonlySet<string> = new Set(['Abs', 'Exp', 'Relu', 'Sigmoid', 'Softmax', 'Softplus']);

/**
 * The graph with a node of no effect between edges of zeros and the maximum that is taken of them. ONNX Runtime (1.30,
 * PadFusion) makes the Pad part of the MaxPool, whose own edges count for nothing: where all of an image's edge is
 * negative, that is another answer. Where nothing is negative it is the same, and stays quicker.
 */
export function keepPadding(graph: Graph): Graph {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const makerOf = (node: Node | undefined): Node | undefined => makers.get(node?.inputs[0] ?? '');
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    let padded = node.op === 'MaxPool' ? makerOf(node) : undefined;
    while (padded?.op === 'Transpose') padded = makerOf(padded);
    if (padded?.op !== 'Pad' || NEVER_NEGATIVE.has(makerOf(padded)?.op ?? '')) return [node];
    const [x = ''] = node.inputs;
    const kept = `${node.outputs[0] ?? ''}~padded`;
    const guard = makeNode({ name: kept, op: 'Max', inputs: [x], outputs: [kept] });
    return [guard, { ...node, inputs: [kept] }];
  });
  return { ...graph, nodes };
}
