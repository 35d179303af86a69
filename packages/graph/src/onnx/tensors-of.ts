import type { AttributeValue, Graph, Node, OnnxModel, Tensor } from './model.ts';

/** Graphs in the attributes of a node. */
export function subgraphsOf(node: Node): readonly Graph[] {
  return node.attributes.flatMap(({ value }) => {
    if (value.kind === 'graph') return [value.value];
    return value.kind === 'graphs' ? value.value : [];
  });
}

/** All tensors of a model, with those of attributes, subgraphs and functions, in the order of the file. */
export function tensorsOf(model: OnnxModel): readonly Tensor[] {
  const found: Tensor[] = [];
  const nodes = (all: readonly Node[]): void => {
    for (const node of all) for (const { value } of node.attributes) attribute(value);
  };
  const graph = (each: Graph): void => {
    nodes(each.nodes);
    for (const tensor of each.initializers) found.push(tensor);
    for (const sparse of each.sparseInitializers) found.push(sparse.values, sparse.indices);
  };
  const attribute = (value: AttributeValue): void => {
    if (value.kind === 'tensor') found.push(value.value);
    else if (value.kind === 'tensors') found.push(...value.value);
    else if (value.kind === 'graph') graph(value.value);
    else if (value.kind === 'graphs') value.value.forEach(graph);
    else if (value.kind === 'sparse_tensor') found.push(value.value.values, value.value.indices);
    else if (value.kind === 'sparse_tensors') {
      for (const sparse of value.value) found.push(sparse.values, sparse.indices);
    }
  };
  graph(model.graph);
  for (const each of model.functions) {
    nodes(each.nodes);
    for (const { value } of each.defaults) attribute(value);
  }
  return found;
}
