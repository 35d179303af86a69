import { GraphError } from '../../graph-error.ts';
import type { Attribute, AttributeValue, Graph, Node, OnnxModel } from '../model.ts';
import { subgraphsOf } from '../tensors-of.ts';

/** Names that a graph gives to values itself, without those of graphs in it. */
export function definedNames(graph: Graph): ReadonlySet<string> {
  const names = [
    ...graph.inputs.map(({ name = '' }) => name),
    ...graph.initializers.map(({ name = '' }) => name),
    ...graph.sparseInitializers.map(({ values }) => values.name ?? ''),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ];
  return new Set(names.filter((name) => name !== ''));
}

/** All names of values in a graph and in the graphs in it. */
export function allNames(graph: Graph): ReadonlySet<string> {
  const inside = graph.nodes.flatMap(subgraphsOf).flatMap((each) => [...allNames(each)]);
  const taken = graph.nodes.flatMap(({ inputs }) => inputs).filter((name) => name !== '');
  return new Set([...definedNames(graph), ...taken, ...inside]);
}

/** A name that no value of the graph has: the wanted one, or that with a number behind. */
export function freeName(graph: Graph, wanted: string): string {
  const taken = allNames(graph);
  for (let number = 1, name = wanted; ; number += 1, name = `${wanted}_${number}`)
    if (!taken.has(name)) return name;
}

/** Names that a node takes, also inside its graphs, from the graph around it. */
export function takenNames(node: Node): readonly string[] {
  const inside = subgraphsOf(node).flatMap((graph) => {
    const own = definedNames(graph);
    const taken = [...graph.nodes.flatMap(takenNames), ...graph.outputs.map(({ name = '' }) => name)];
    return taken.filter((name) => !own.has(name));
  });
  return [...node.inputs.filter((name) => name !== ''), ...inside];
}

/**
 * Gives a value of the main graph another name wherever it is spoken of: nodes, graphs in them, inputs, outputs, types,
 * annotations. Throws `invalid_argument` if there is no such value, or if the new name is taken.
 */
export function renameTensor(model: OnnxModel, from: string, to: string): OnnxModel {
  if (!definedNames(model.graph).has(from)) throw noTensor(from);
  if (from === to) return model;
  if (to === '' || allNames(model.graph).has(to)) {
    throw new GraphError(
      'invalid_argument',
      `${from} cannot be named ${to || 'nothing'}: that name is taken.`,
    );
  }
  return { ...model, graph: renamed(model.graph, (name) => (name === from ? to : name)) };
}

/** Gives another name to the node with a name. Throws `invalid_argument` if there is not exactly one, or the new one is taken. */
export function renameNode(model: OnnxModel, from: string, to: string): OnnxModel {
  const count = (name: string): number => model.graph.nodes.filter((node) => node.name === name).length;
  if (count(from) !== 1)
    throw new GraphError('invalid_argument', `${count(from)} nodes are named ${from}, not one.`);
  if (count(to) > 0)
    throw new GraphError('invalid_argument', `The node ${from} cannot be named ${to}: another one is.`);
  const nodes = model.graph.nodes.map((node) => (node.name === from ? { ...node, name: to } : node));
  return { ...model, graph: { ...model.graph, nodes } };
}

type Rename = (name: string) => string;

/** A graph with other names for values of its own; a graph in it may give the old name to another value, which keeps it. */
export function renamed(graph: Graph, rename: Rename): Graph {
  return withNames(graph, rename, (inner) => {
    const own = definedNames(inner);
    return renamed(inner, (name) => (own.has(name) ? name : rename(name)));
  });
}

/** A graph with other names for all values, also of the graphs in it. */
export function renamedThroughout(graph: Graph, rename: Rename): Graph {
  return withNames(graph, rename, (inner) => renamedThroughout(inner, rename));
}

function withNames(graph: Graph, rename: Rename, inner: (graph: Graph) => Graph): Graph {
  const each = (name: string): string => (name === '' ? '' : rename(name));
  const named = <T extends { readonly name?: string | undefined }>(value: T): T =>
    value.name === undefined ? value : { ...value, name: each(value.name) };
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(each),
      outputs: node.outputs.map(each),
      attributes: node.attributes.map((attribute) => mapGraphs(attribute, inner)),
    })),
    initializers: graph.initializers.map(named),
    sparseInitializers: graph.sparseInitializers.map((sparse) => ({
      ...sparse,
      values: named(sparse.values),
    })),
    inputs: graph.inputs.map(named),
    outputs: graph.outputs.map(named),
    valueInfo: graph.valueInfo.map(named),
    annotations: graph.annotations.map((annotation) => ({
      ...annotation,
      tensor: annotation.tensor === undefined ? undefined : each(annotation.tensor),
      parameters: annotation.parameters.map((entry) => ({ ...entry, value: each(entry.value ?? '') })),
    })),
  };
}

/** An attribute with other graphs in it. */
export function mapGraphs(attribute: Attribute, change: (graph: Graph) => Graph): Attribute {
  const { value } = attribute;
  if (value.kind !== 'graph' && value.kind !== 'graphs') return attribute;
  const changed: AttributeValue =
    value.kind === 'graph'
      ? { kind: 'graph', value: change(value.value) }
      : { kind: 'graphs', value: value.value.map(change) };
  return { ...attribute, value: changed };
}

export function noTensor(name: string): GraphError {
  return new GraphError('invalid_argument', `The main graph has no tensor ${name}.`);
}
