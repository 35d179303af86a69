import { GraphError } from '../../graph-error.ts';
import { floatTensor, intTensor, stringTensor } from '../make-tensor.ts';
import type { Graph, Node, OnnxModel, Tensor } from '../model.ts';
import { mapGraphs } from './names.ts';
import { makeNode } from './nodes.ts';

/** Makes initializers of all Constant nodes, also in graphs of nodes. Sparse constants stay nodes. */
export function constantsToInitializers(model: OnnxModel): OnnxModel {
  return { ...model, graph: lift(model.graph) };
}

function lift(graph: Graph): Graph {
  const tensors: Tensor[] = [];
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const tensor = constantOf(node);
    if (tensor !== undefined) tensors.push(tensor);
    const attributes = node.attributes.map((attribute) => mapGraphs(attribute, lift));
    return tensor === undefined ? [{ ...node, attributes }] : [];
  });
  return { ...graph, nodes, initializers: [...graph.initializers, ...tensors] };
}

/** The tensor that a Constant node makes; `undefined` for other nodes and for sparse tensors. */
export function constantOf(node: Node): Tensor | undefined {
  const [name = ''] = node.outputs;
  const domain = node.domain ?? '';
  if (node.op !== 'Constant' || (domain !== '' && domain !== 'ai.onnx')) return undefined;
  const value = node.attributes.find((attribute) => attribute.name?.startsWith('value'))?.value;
  switch (value?.kind) {
    case 'tensor':
      return { ...value.value, name };
    case 'float':
      return floatTensor(name, [], [value.value]);
    case 'floats':
      return floatTensor(name, [value.value.length], value.value);
    case 'int':
      return intTensor(name, [], [value.value]);
    case 'ints':
      return intTensor(name, [value.value.length], value.value);
    case 'string':
      return stringTensor(name, [], [value.value]);
    case 'strings':
      return stringTensor(name, [value.value.length], value.value);
    default:
      return undefined;
  }
}

/**
 * Makes Constant nodes of initializers of the main graph, at its beginning. Throws `invalid_argument` for a name that is
 * none, and for one that callers may give another value for, because it is an input, too.
 */
export function initializersToConstants(model: OnnxModel, names: readonly string[]): OnnxModel {
  const { graph } = model;
  const chosen = new Set(names);
  const nodes = names.map((name) => {
    const tensor = graph.initializers.find((each) => each.name === name);
    if (tensor === undefined || graph.inputs.some((each) => each.name === name)) {
      const why = tensor === undefined ? 'no initializer' : 'an input, too';
      throw new GraphError('invalid_argument', `${name} is ${why}: it cannot become a Constant.`);
    }
    const { name: _, ...value } = tensor;
    return makeNode({
      op: 'Constant',
      inputs: [],
      outputs: [name],
      attributes: [{ name: 'value', value: { kind: 'tensor', value } }],
    });
  });
  const initializers = graph.initializers.filter(({ name = '' }) => !chosen.has(name));
  return { ...model, graph: { ...graph, nodes: [...nodes, ...graph.nodes], initializers } };
}
