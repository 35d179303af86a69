import type { NodeDef } from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import { readConstant } from '../tensorflow/constant.ts';
import { dataTypeName } from '../tensorflow/data-types.ts';
import { quoted } from '../tensorflow/refusals.ts';
import type { ControlFlow } from './control/control-flow.ts';
import { outputAt, type Subgraph } from './control/subgraph.ts';
import { unresolved } from './control/unresolved.ts';
import type { Emitter } from './emitter.ts';
import { neededNodes } from './needed-nodes.ts';
import { MAPPERS } from './ops/mappers.ts';
import { isVariable, type VariableTensor } from './read-variables.ts';
import { NotConverted, RefusedWithin } from './refuse.ts';
import { type Dims, integerBytes, knownOf, type Value } from './value.ts';

interface Refusal {
  readonly node: NodeDef;
  readonly why: string;
  readonly instead: string;
}

/** A few bytes ask for thousands of outputs; the largest networks have some 100,000 tensors. */
const MOST_TENSORS = 1_000_000;

/** More lines than these, nobody reads. */
const MOST_REFUSALS = 200;

/** What the nodes of a graph and of those within it have together. */
export interface Conversion {
  readonly variables: ReadonlyMap<string, VariableTensor>;
  readonly control: ControlFlow;
}

interface Scope extends Conversion {
  readonly refusals: Refusal[];
  readonly depth: number;
  /** How many graphs within the graph were converted, and how many nodes they had. */
  readonly spent: { graphs: number; nodes: number };
}

/** Graphs within graphs beyond this are no model's. */
const MAX_DEPTH = 32;

/** A graph within another is converted a few times, and so are all within it. */
const MAX_GRAPHS_WITHIN = 4000;
const MAX_NODES_WITHIN = 2_000_000;

/**
 * Converts the nodes in their order and gives the outputs of each by its name. Whole numbers that are known, such as
 * shapes, are folded into constants on the way. Throws `GraphError` (`unsupported`) with all nodes that cannot be
 * converted, each with its op, why, and what to do.
 */
export function mapNodes(
  nodes: readonly NodeDef[],
  fed: ReadonlyMap<string, readonly Value[]>,
  conversion: Conversion,
  emitter: Emitter,
): ReadonlyMap<string, readonly Value[]> {
  const refusals: Refusal[] = [];
  const values = mapWithin(
    nodes,
    fed,
    { ...conversion, refusals, depth: 0, spent: { graphs: 0, nodes: 0 } },
    emitter,
  );
  refuse(refusals);
  return values;
}

function mapWithin(
  nodes: readonly NodeDef[],
  fed: ReadonlyMap<string, readonly Value[]>,
  scope: Scope,
  emitter: Emitter,
): ReadonlyMap<string, readonly Value[]> {
  const values = new Map(fed);
  let tensors = 0;
  for (const node of nodes) {
    if (values.has(node.name)) continue;
    try {
      const outputs = outputsOf(node, values, scope, emitter);
      tensors += outputs?.length ?? 0;
      if (tensors > MOST_TENSORS) throw tooManyTensors(node);
      if (outputs !== undefined) values.set(node.name, outputs.map(folded));
    } catch (error) {
      if (error instanceof NotConverted)
        scope.refusals.push({ node, why: error.message, instead: error.instead });
      else if (!(error instanceof RefusedWithin)) throw error;
    }
  }
  return values;
}

function tooManyTensors({ name }: NodeDef): GraphError {
  const said = `At node ${quoted(name)} the graph has more than ${MOST_TENSORS} tensors, so that it is no model that can be served.`;
  return new GraphError('unsupported', said);
}

/** `undefined` where the node takes what could not be converted: one refusal says enough. */
function outputsOf(
  node: NodeDef,
  values: ReadonlyMap<string, readonly Value[]>,
  scope: Scope,
  emitter: Emitter,
): readonly Value[] | undefined {
  if (node.op === 'Const') return [constantOf(node)];
  const variable = isVariable(node) ? scope.variables.get(node.name) : undefined;
  if (variable !== undefined) return [tensorValue(node.name, variable)];
  const mapper = MAPPERS.get(node.op);
  if (mapper === undefined)
    throw (
      unresolved(node.op) ??
      new NotConverted(
        'Slipway does not convert this op.',
        'Choose outputs before it, or build the model without it.',
      )
    );
  const inputs: Value[] = [];
  for (const input of node.input.filter((each) => !each.startsWith('^'))) {
    const [name = '', index = '0'] = input.split(':');
    const found = values.get(name);
    if (found === undefined) return undefined;
    const value = found[Number(index)];
    if (value === undefined)
      throw new NotConverted(
        `Its input ${quoted(input)} is not there.`,
        'Save the model again with TensorFlow.',
      );
    inputs.push(value);
  }
  return mapper({
    node,
    inputs,
    emitter,
    subgraph: (attribute, parameters) => scope.control.subgraph(node, attribute, parameters),
    mapSubgraph: (graph, given, into) => mapSubgraph(graph, given, scope, into),
  });
}

/** The results of a graph within another. Throws `RefusedWithin` after one of its nodes was refused. */
function mapSubgraph(
  graph: Subgraph,
  given: readonly Value[],
  scope: Scope,
  emitter: Emitter,
): readonly Value[] {
  if (scope.depth >= MAX_DEPTH)
    throw new NotConverted(`It is more than ${MAX_DEPTH} graphs within each other.`, 'Nest fewer of them.');
  const inputs = graph.parameters.map((node) => ({ name: node, node, index: 0 }));
  const outputs = graph.results.map((name) => ({ name, ...outputAt(name) }));
  const nodes = neededNodes(graph.nodes, { inputs, outputs, signature: undefined });
  spend(scope, nodes.length);
  const before = scope.refusals.length;
  const fed = new Map(graph.parameters.map((name, index) => [name, [given[index] as Value]]));
  const values = mapWithin(nodes, fed, { ...scope, depth: scope.depth + 1 }, emitter);
  if (scope.refusals.length > before) throw new RefusedWithin();
  return outputs.map(({ name, node, index }) => {
    const value = values.get(node)?.[index];
    if (value !== undefined) return value;
    throw new NotConverted(`Its graph has no ${quoted(name)}.`, 'Save the model again with TensorFlow.');
  });
}

function spend({ spent }: Scope, nodes: number): void {
  spent.graphs += 1;
  spent.nodes += nodes;
  if (spent.graphs <= MAX_GRAPHS_WITHIN && spent.nodes <= MAX_NODES_WITHIN) return;
  throw new GraphError(
    'invalid_file',
    `The loops and conditions within each other are more than ${MAX_GRAPHS_WITHIN} graphs or ${MAX_NODES_WITHIN} nodes, so that it is no model that can be served. Save it with fewer of them.`,
  );
}

function constantOf(node: NodeDef): Value {
  const value = node.attr['value']?.value;
  if (value?.case !== 'tensor')
    throw new NotConverted('The constant has no value.', 'Save the model again with TensorFlow.');
  return tensorValue(node.name, readConstant(`node ${quoted(node.name)}`, value.value));
}

function tensorValue(node: string, { dtype, shape, values }: VariableTensor): Value {
  const known = knownOf(dtype.name, shape, values);
  return { name: `${node}:0`, dtype: dtype.name, shape, constant: values, known };
}

/** Whole numbers that are all known need not be computed when the model runs. */
function folded(value: Value): Value {
  const { dtype, known, constant, name } = value;
  const whole = dtype === 'int32' || dtype === 'int64';
  if (constant !== undefined || !whole || known === undefined || known.includes(null)) return value;
  const numbers = known as readonly number[];
  const shape = value.shape?.length === 0 ? [] : [numbers.length];
  return { name: `${name}~value`, dtype, shape, known, constant: integerBytes(dtype, numbers) };
}

/** The type and shape that a placeholder says it takes. */
export function placeholderOf(
  { attr }: NodeDef,
  producer: number,
): { readonly dtype: string; readonly shape: Dims } | undefined {
  const [dtype, shape] = [attr['dtype']?.value, attr['shape']?.value];
  if (dtype?.case !== 'type') return undefined;
  if (shape?.case !== 'shape' || shape.value.unknownRank)
    return { dtype: dataTypeName(dtype.value), shape: null };
  const dims = shape.value.dim.map(({ size }) => (size < 0n ? null : Number(size)));
  // Graphs of before version 24 wrote the shape () where none was given.
  return { dtype: dataTypeName(dtype.value), shape: dims.length === 0 && producer < 24 ? null : dims };
}

function refuse(all: readonly Refusal[]): void {
  if (all.length === 0) return;
  // What says whether a loop goes on is converted twice, and so are loops within it.
  const refusals = [
    ...new Map(all.map((refusal) => [`${refusal.node.name}\0${refusal.why}`, refusal])).values(),
  ];
  const told = refusals.slice(0, MOST_REFUSALS);
  const lines = told.map(
    ({ node, why, instead }) => `- ${quoted(node.name)} (${node.op}): ${why} ${instead}`,
  );
  const more = refusals.length > MOST_REFUSALS ? `\n- and ${refusals.length - MOST_REFUSALS} more` : '';
  throw new GraphError(
    'unsupported',
    `${refusals.length} of the model's nodes cannot be converted exactly:\n${lines.join('\n')}${more}`,
    { nodes: told.map(({ node, why, instead }) => ({ node: node.name, op: node.op, why, instead })) },
  );
}
