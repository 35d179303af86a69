import {
  type Graph,
  loadElements,
  type Node,
  type OnnxModel,
  subgraphsOf,
  type Tensor,
} from '@slipway/graph/onnx';

/** Ops whose weights are perturbed. */
const WEIGHTED: ReadonlySet<string | undefined> = new Set(['Conv', 'MatMul', 'Gemm', 'LSTM', 'GRU']);

/**
 * The model with another sign at the largest weight of its first layer: the least that a wrong conversion could get
 * wrong. A comparison that passes it says nothing.
 */
export function perturbed(model: OnnxModel): OnnxModel {
  const { graph } = model;
  const weights = firstWeights(model);
  const initializers = graph.initializers.map((one) => (one === weights ? flipped(one) : one));
  return { ...model, graph: { ...graph, initializers } };
}

/** Weights may go through transpositions before the layer takes them, which may stand in a loop. */
function firstWeights({ graph }: OnnxModel): Tensor {
  const byName = new Map(graph.initializers.map((one) => [one.name, one]));
  const nodes = nodesOf(graph);
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node])));
  for (const { op, inputs } of nodes) {
    if (!WEIGHTED.has(op)) continue;
    let name = inputs[1] ?? '';
    for (let maker = makers.get(name); maker !== undefined; maker = makers.get(name))
      name = maker.inputs[0] ?? '';
    const found = byName.get(name);
    if (found !== undefined && found.elementType === 'float') return found;
  }
  throw new Error('The model has no layer with weights: nothing can be perturbed.');
}

function nodesOf({ nodes }: Graph): readonly Node[] {
  return nodes.flatMap((node) => [...subgraphsOf(node).flatMap(nodesOf), node]);
}

function flipped(tensor: Tensor): Tensor {
  // A slice of a Buffer would be no copy.
  const bytes = new Uint8Array(loadElements(tensor));
  const values = new Float32Array(bytes.buffer);
  let largest = 0;
  for (const [index, value] of values.entries())
    if (Math.abs(value) > Math.abs(values[largest] as number)) largest = index;
  values[largest] = -(values[largest] as number);
  return { ...tensor, data: { form: 'raw', bytes } };
}
