import { GraphError } from '../../graph-error.ts';
import { canonicalDomain, findOperator, NEWEST_OPSET } from '../check/operators.ts';
import type { Node, OnnxModel } from '../model.ts';
import { subgraphsOf } from '../tensors-of.ts';

/** Operators that a message names. */
const NAMED = 10;

/** The version of ONNX's own operators that a model imports. */
export function opsetOf({ opsets }: OnnxModel): number {
  return opsets.find(({ domain }) => canonicalDomain(domain) === '')?.version ?? 0;
}

/**
 * The model with another version of ONNX's own operators, where all that it uses are defined there as they were. Throws
 * `unsupported` with the operators that are not, and `invalid_argument` for a version that is not known.
 */
export function withOpset(model: OnnxModel, version: number): OnnxModel {
  const from = opsetOf(model);
  if (from === version) return model;
  if (version < 1 || version > NEWEST_OPSET) {
    throw new GraphError('invalid_argument', `There is no version ${version} of ONNX's operators.`);
  }
  const used = new Set(
    ownOperators([...model.graph.nodes, ...model.functions.flatMap(({ nodes }) => nodes)]),
  );
  const changed = [...used].filter((op) => findOperator('', op, from) !== findOperator('', op, version));
  if (changed.length > 0) {
    const more = changed.length > NAMED ? ` and ${changed.length - NAMED} more` : '';
    throw new GraphError(
      'unsupported',
      `The model has operators of ONNX ${from} that are others in ${version}: ${changed.toSorted().slice(0, NAMED).join(', ')}${more}. Export it with operator set ${version}.`,
    );
  }
  const raised = <T extends { readonly domain?: string | undefined }>(opset: T): T =>
    canonicalDomain(opset.domain) === '' ? { ...opset, version } : opset;
  return {
    ...model,
    opsets: model.opsets.map(raised),
    functions: model.functions.map((each) => ({ ...each, opsets: each.opsets.map(raised) })),
  };
}

function ownOperators(nodes: readonly Node[]): readonly string[] {
  return nodes.flatMap((node) => [
    ...(canonicalDomain(node.domain) === '' ? [node.op ?? ''] : []),
    ...subgraphsOf(node).flatMap((graph) => ownOperators(graph.nodes)),
  ]);
}
