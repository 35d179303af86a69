import type { OnnxModel, OperatorSet } from '@slipway/graph/onnx';

/**
 * A rewritten model with all that callers see of the one it was made of: inputs and outputs in their words, metadata,
 * who made it. What ONNX Runtime adds of its own is left out: types that it found, and operator sets that nothing uses.
 */
export function withEndsOf(of: OnnxModel, rewritten: OnnxModel): OnnxModel {
  const { graph } = rewritten;
  const domains = new Set(of.opsets.map(domainOf));
  return {
    ...of,
    opsets: rewritten.opsets.filter((opset) => domains.has(domainOf(opset))),
    functions: rewritten.functions,
    graph: {
      ...of.graph,
      nodes: graph.nodes,
      // ONNX Runtime has them in no order of theirs.
      initializers: graph.initializers.toSorted(({ name: a = '' }, { name: b = '' }) => (a < b ? -1 : 1)),
      sparseInitializers: graph.sparseInitializers,
      valueInfo: [],
    },
  };
}

function domainOf({ domain = '' }: OperatorSet): string {
  return domain === 'ai.onnx' ? '' : domain;
}
