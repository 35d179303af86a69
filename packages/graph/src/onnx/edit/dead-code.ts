import { canonicalDomain } from '../check/operators.ts';
import { functionKey } from '../check/scope.ts';
import type { Graph, Node, OnnxModel } from '../model.ts';
import { subgraphsOf } from '../tensors-of.ts';
import { definedNames, mapGraphs, takenNames } from './names.ts';

/**
 * Removes what no output needs: nodes, initializers, types, annotations, functions, also in the graphs of nodes. Inputs
 * stay: they are what callers send.
 */
export function withoutDeadCode(model: OnnxModel): OnnxModel {
  const graph = prune(model.graph);
  const functions = new Map(
    model.functions.map((each) => [
      functionKey(canonicalDomain(each.domain), each.name ?? '', each.overload),
      each,
    ]),
  );
  const called = new Set<string>();
  const visit = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      const key = functionKey(canonicalDomain(node.domain), node.op ?? '', node.overload);
      const found = functions.get(key);
      if (found !== undefined && !called.has(key)) {
        called.add(key);
        visit(found.nodes);
      }
      for (const inner of subgraphsOf(node)) visit(inner.nodes);
    }
  };
  visit(graph.nodes);
  const kept = [...functions].filter(([key]) => called.has(key)).map(([, each]) => each);
  return { ...model, graph, functions: kept };
}

function prune(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name = '' }) => name));
  const nodes: Node[] = [];
  // Nodes come in the order of their data, so what a node is needed for has been seen before it from behind.
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    const attributes = node.attributes.map((attribute) => mapGraphs(attribute, prune));
    const kept = { ...node, attributes };
    for (const name of takenNames(kept)) needed.add(name);
    nodes.push(kept);
  }
  return withKnownNames({
    ...graph,
    nodes: nodes.toReversed(),
    initializers: graph.initializers.filter(({ name = '' }) => needed.has(name)),
    sparseInitializers: graph.sparseInitializers.filter(({ values }) => needed.has(values.name ?? '')),
  });
}

/** Without types and annotations of values that the graph does not have. */
function withKnownNames(graph: Graph): Graph {
  const there = definedNames(graph);
  return {
    ...graph,
    valueInfo: graph.valueInfo.filter(({ name = '' }) => there.has(name)),
    annotations: graph.annotations.filter(({ tensor = '' }) => there.has(tensor)),
  };
}
