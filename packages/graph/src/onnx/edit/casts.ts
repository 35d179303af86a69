import { GraphError } from '../../graph-error.ts';
import { type ElementType, elementNumber } from '../element-types.ts';
import type { Graph, Node, OnnxModel, TensorType, ValueInfo } from '../model.ts';
import { freeName, renamed } from './names.ts';
import { makeNode } from './nodes.ts';

/**
 * Lets callers send an input as another type: the model casts it to its own. The name stays. Throws `invalid_argument`
 * for a name that is no input, or no tensor.
 */
export function castInput(model: OnnxModel, name: string, as: ElementType): OnnxModel {
  const type = tensorType(model.graph.inputs, name, 'input');
  if (model.graph.initializers.some((tensor) => tensor.name === name)) {
    throw new GraphError('invalid_argument', `The input ${name} has a default value: it cannot be cast.`);
  }
  const inside = freeName(model.graph, `${name}_${type.elementType}`);
  const graph = renamed(model.graph, (each) => (each === name ? inside : each));
  const inputs = withType(graph.inputs, inside, name, as, type);
  const cast = castNode(name, inside, type.elementType);
  return {
    ...model,
    graph: { ...graph, inputs, nodes: [cast, ...graph.nodes], valueInfo: declare(graph, inside, type) },
  };
}

/** Answers an output as another type, under its name. Throws `invalid_argument` for a name that is no output, or no tensor. */
export function castOutput(model: OnnxModel, name: string, as: ElementType): OnnxModel {
  const type = tensorType(model.graph.outputs, name, 'output');
  if (model.graph.inputs.some((input) => input.name === name)) {
    throw new GraphError('invalid_argument', `${name} is an input, too: it cannot be cast as an output.`);
  }
  const inside = freeName(model.graph, `${name}_${type.elementType}`);
  const graph = renamed(model.graph, (each) => (each === name ? inside : each));
  const outputs = withType(graph.outputs, inside, name, as, type);
  const cast = castNode(inside, name, as);
  return {
    ...model,
    graph: { ...graph, outputs, nodes: [...graph.nodes, cast], valueInfo: declare(graph, inside, type) },
  };
}

type KnownTensor = TensorType & { readonly elementType: ElementType };

function tensorType(values: readonly ValueInfo[], name: string, what: string): KnownTensor {
  const type = values.find((each) => each.name === name)?.type;
  if (type?.kind === 'tensor' && type.elementType !== undefined)
    return { ...type, elementType: type.elementType };
  throw new GraphError('invalid_argument', `The model has no ${what} ${name} that is a tensor.`);
}

function withType(
  values: readonly ValueInfo[],
  from: string,
  name: string,
  elementType: ElementType,
  type: TensorType,
): readonly ValueInfo[] {
  return values.map((each) =>
    each.name === from ? { ...each, name, type: { ...type, elementType } } : each,
  );
}

function declare(graph: Graph, name: string, type: TensorType): readonly ValueInfo[] {
  return [...graph.valueInfo.filter((each) => each.name !== name), { name, type, metadata: [] }];
}

function castNode(from: string, into: string, to: ElementType): Node {
  const value = { kind: 'int', value: BigInt(elementNumber(to)) } as const;
  return makeNode({
    op: 'Cast',
    name: `cast_${into}`,
    inputs: [from],
    outputs: [into],
    attributes: [{ name: 'to', value }],
  });
}
