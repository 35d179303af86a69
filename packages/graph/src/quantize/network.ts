import { GraphError } from '../graph-error.ts';
import { checkTypes } from '../onnx/check/check-types.ts';
import { canonicalDomain, findOperator } from '../onnx/check/operators.ts';
import { typeText } from '../onnx/check/scope.ts';
import { constantsToInitializers } from '../onnx/edit/constants.ts';
import { takenNames } from '../onnx/edit/names.ts';
import type { Node, OnnxModel, Tensor } from '../onnx/model.ts';
import { foldBatchNormalization } from './prepare/fold-batch-norm.ts';

/** A model with what is asked of it over and over. */
export interface Network {
  /** Its constants are initializers, and each normalization behind a convolution is a part of it. */
  readonly model: OnnxModel;
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly makers: ReadonlyMap<string, Node>;
  readonly takers: ReadonlyMap<string, readonly Node[]>;
  readonly outputs: ReadonlySet<string>;
  /** Tensors that are known to be FP32. */
  readonly floats: ReadonlySet<string>;
}

/** `QuantizeLinear` and `DequantizeLinear` have an axis from here on. */
const LEAST_OPSET = 13;

/** Throws `invalid_argument` for a model whose operator set has no quantization of channels. */
export function networkOf(given: OnnxModel): Network {
  const model = withOwnNames(foldBatchNormalization(constantsToInitializers(given)));
  const opset = model.opsets.find(({ domain }) => canonicalDomain(domain) === '')?.version ?? 0;
  if (opset < LEAST_OPSET) {
    const said = `The model uses operator set ${opset} of ONNX, and quantization needs ${LEAST_OPSET} or newer`;
    throw new GraphError('invalid_argument', `${said}: export or convert it anew.`);
  }
  const { graph } = model;
  const inputs = new Set(graph.inputs.map(({ name = '' }) => name));
  const fixed = graph.initializers.filter(({ name = '' }) => !inputs.has(name));
  const takers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const name of new Set(takenNames(node))) {
      const known = takers.get(name);
      if (known === undefined) takers.set(name, [node]);
      else known.push(node);
    }
  }
  return {
    model,
    nodes: graph.nodes,
    constants: new Map(fixed.map((tensor) => [tensor.name ?? '', tensor])),
    makers: new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const))),
    takers,
    outputs: new Set(graph.outputs.map(({ name = '' }) => name)),
    floats: floatTensors(model, opset),
  };
}

/** Nodes that share a name are called by their first outputs instead. */
function withOwnNames(model: OnnxModel): OnnxModel {
  const shared = Map.groupBy(model.graph.nodes, titleOf);
  const nodes = model.graph.nodes.map((node) => {
    return shared.get(titleOf(node))?.length === 1 ? node : { ...node, name: node.outputs[0] };
  });
  const twice = [...Map.groupBy(nodes, titleOf)].find(([, same]) => same.length > 1);
  if (twice === undefined) return { ...model, graph: { ...model.graph, nodes } };
  const said = `Several nodes are called ${twice[0]}, by name or first output: give them names of their own.`;
  throw new GraphError('invalid_argument', said);
}

function floatTensors(model: OnnxModel, opset: number): ReadonlySet<string> {
  const { graph } = model;
  const types = new Map<string, string | undefined>(
    [...graph.valueInfo, ...graph.outputs, ...graph.inputs].map(({ name = '', type }) => [
      name,
      typeText(type),
    ]),
  );
  for (const { name = '', elementType } of graph.initializers) types.set(name, `tensor(${elementType})`);
  const scope = { place: 'graph', values: types, outer: undefined };
  for (const node of graph.nodes) {
    const operator = findOperator(canonicalDomain(node.domain), node.op ?? '', opset);
    // Problems are the checker's to tell; a node that has some stays as it is.
    const made = operator === undefined ? [] : checkTypes(node, operator, scope, () => undefined);
    for (const [index, type] of made.entries()) {
      const name = node.outputs[index] ?? '';
      if (type !== undefined && types.get(name) === undefined) types.set(name, type);
    }
  }
  return new Set([...types].filter(([, type]) => type === 'tensor(float)').map(([name]) => name));
}

/** What a node is called here: its name, or its first output if it has none. */
export function titleOf(node: Node): string {
  return node.name === undefined || node.name === '' ? (node.outputs[0] ?? '') : node.name;
}
