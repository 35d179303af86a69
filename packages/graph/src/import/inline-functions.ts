import { create } from '@bufbuild/protobuf';
import {
  type AttrValue,
  AttrValueSchema,
  type FunctionDef,
  type NodeDef,
  NodeDefSchema,
  type OpDef,
} from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import { nodeOfInput } from '../tensorflow/check-graph.ts';
import type { MetaGraph } from '../tensorflow/model.ts';
import { quoted } from '../tensorflow/refusals.ts';

/** Functions that call others twice each would grow without end; the largest networks have some 100,000 nodes. */
const MAX_NODES = 250_000;

/** Each level makes names longer; models nest some ten levels deep. */
const MAX_DEPTH = 200;

/** Ops that call the function in their attribute `f`, and give its outputs. */
const CALLS: ReadonlySet<string> = new Set(['PartitionedCall', 'StatefulPartitionedCall']);

type Library = ReadonlyMap<string, FunctionDef>;

interface Call {
  readonly node: NodeDef;
  readonly definition: FunctionDef;
  /** The function's own attributes, by the names that its body has for them. */
  readonly attributes: Readonly<Record<string, AttrValue>>;
}

/**
 * The nodes of the graph with the bodies of functions in the place of their calls. The nodes of a body have the call's
 * name and `/` before theirs. The call becomes an IdentityN of its results (a NoOp where it has none), so that its
 * name and the numbers of its outputs stay. Functions of loops and conditions are no calls and stay as they are.
 * Throws `GraphError`: `unsupported` for what cannot be inlined, `invalid_file` where it would grow beyond bounds.
 */
export function inlineFunctions({ graph, ops }: MetaGraph): readonly NodeDef[] {
  const flat: NodeDef[] = [];
  const waiting = graph.nodes.map((node) => ({ node, depth: 0 })).toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const call = callOf(next.node, graph.functions);
    if (call === undefined) {
      flat.push(next.node);
    } else {
      const depth = next.depth + 1;
      flat.push(resultsOf(call, graph.functions, ops));
      for (const node of bodyOf(call, graph.functions, ops)) waiting.push({ node, depth });
      refuseGrowth(flat.length + waiting.length, depth, next.node.name);
    }
  }
  return flat;
}

function callOf(node: NodeDef, functions: Library): Call | undefined {
  if (!CALLS.has(node.op)) {
    const definition = functions.get(node.op);
    return definition && { node, definition, attributes: node.attr };
  }
  const value = node.attr['f']?.value;
  const { name, attr } = value?.case === 'func' ? value.value : { name: '', attr: {} };
  const definition = functions.get(name);
  if (definition !== undefined) return { node, definition, attributes: attr };
  throw new GraphError(
    'invalid_graph',
    `Node ${quoted(node.name)} calls the function ${quoted(name)}, which the model does not have. Save it again with TensorFlow.`,
  );
}

/** The body's nodes under their names in the graph, with what they take from the call's inputs. */
function bodyOf(call: Call, functions: Library, ops: ReadonlyMap<string, OpDef>): NodeDef[] {
  const connect = connections(call, functions, ops);
  const controls = call.node.input.filter((input) => input.startsWith('^'));
  return call.definition.nodeDef.map((node) => {
    // What runs before a call runs before all of its body.
    const input = [...node.input.map(connect), ...controls];
    return create(NodeDefSchema, {
      name: `${call.node.name}/${node.name}`,
      op: node.op,
      device: node.device,
      input,
      attr: boundAttributes(node.attr, call),
    });
  });
}

/** What stands where the call stood. */
function resultsOf(call: Call, functions: Library, ops: ReadonlyMap<string, OpDef>): NodeDef {
  const { node, definition, attributes } = call;
  const connect = connections(call, functions, ops);
  const outputs = definition.signature?.outputArg ?? [];
  const results = outputs.map(({ name, numberAttr, typeListAttr }) => {
    const from = definition.ret[name];
    if (numberAttr !== '' || typeListAttr !== '') throw listOf(node.name, name);
    if (from === undefined)
      throw new GraphError(
        'invalid_graph',
        `The function of node ${quoted(node.name)} does not say what its output ${quoted(name)} is. Save the model again with TensorFlow.`,
      );
    return connect(from);
  });
  const effects = Object.values(definition.controlRet).map((name) => `^${node.name}/${name}`);
  const controls = node.input.filter((input) => input.startsWith('^'));
  const types = outputs.map(({ type, typeAttr }) => (typeAttr === '' ? type : typeOf(attributes[typeAttr])));
  const T = create(AttrValueSchema, { value: { case: 'list', value: { type: types } } });
  return create(NodeDefSchema, {
    name: node.name,
    op: results.length === 0 ? 'NoOp' : 'IdentityN',
    input: [...results, ...new Set([...effects, ...controls])],
    attr: results.length === 0 ? {} : { T },
  });
}

/** Says what an input of a body's node is in the graph: an input of the call, or an output of another body's node. */
function connections(
  { node, definition }: Call,
  functions: Library,
  ops: ReadonlyMap<string, OpDef>,
): (input: string) => string {
  const parameters = definition.signature?.inputArg ?? [];
  const list = parameters.find(({ numberAttr, typeListAttr }) => numberAttr !== '' || typeListAttr !== '');
  if (list !== undefined) throw listOf(node.name, list.name);
  const given = node.input.filter((input) => !input.startsWith('^'));
  if (given.length !== parameters.length)
    throw new GraphError(
      'invalid_graph',
      `Node ${quoted(node.name)} gives ${given.length} inputs to a function of ${parameters.length}. Save the model again with TensorFlow.`,
    );
  const arguments_ = new Map(parameters.map(({ name }, index) => [name, given[index] as string]));
  const body = new Map(definition.nodeDef.map((one) => [one.name, one]));
  return (input) => {
    const source = nodeOfInput(input);
    const argument = arguments_.get(source);
    if (input.startsWith('^'))
      return `^${argument === undefined ? `${node.name}/${source}` : nodeOfInput(argument)}`;
    if (argument !== undefined) return argument;
    const from = body.get(source);
    if (from === undefined)
      throw new GraphError(
        'invalid_graph',
        `The function of node ${quoted(node.name)} has no node ${quoted(source)}. Save the model again with TensorFlow.`,
      );
    return `${node.name}/${source}:${flatIndex(from, input.slice(source.length + 1), functions, ops)}`;
  };
}

/** Which output `name:index` of a node is, counted over all its outputs, as graphs count them. */
function flatIndex(
  node: NodeDef,
  output: string,
  functions: Library,
  ops: ReadonlyMap<string, OpDef>,
): number {
  const [name = '', index = '0'] = output.split(':');
  const outputs = (functions.get(node.op)?.signature ?? ops.get(node.op))?.outputArg;
  if (outputs === undefined)
    throw new GraphError(
      'unsupported',
      `The model does not say which outputs the op ${quoted(node.op)} of node ${quoted(node.name)} has. Save it as a SavedModel, which says so.`,
    );
  let before = 0;
  for (const { name: one, numberAttr, typeListAttr } of outputs) {
    if (one === name) return before + Number(index);
    before += numberAttr !== '' ? numberOf(node.attr[numberAttr]) : 0;
    before += typeListAttr !== '' ? typesOf(node.attr[typeListAttr]).length : 0;
    before += numberAttr === '' && typeListAttr === '' ? 1 : 0;
  }
  throw new GraphError(
    'invalid_graph',
    `The op ${quoted(node.op)} of node ${quoted(node.name)} has no output ${quoted(name)}. Save the model again with TensorFlow.`,
  );
}

/** Attributes that stand for one of the function's have the value that the call gives it. */
function boundAttributes(
  given: Readonly<Record<string, AttrValue>>,
  { node, attributes }: Call,
): Record<string, AttrValue> {
  return Object.fromEntries(
    Object.entries(given).map(([key, attribute]) => {
      if (attribute.value.case !== 'placeholder') return [key, attribute];
      const bound = attributes[attribute.value.value];
      if (bound !== undefined) return [key, bound];
      throw new GraphError(
        'invalid_graph',
        `Node ${quoted(node.name)} does not give its function the attribute ${quoted(attribute.value.value)}. Save the model again with TensorFlow.`,
      );
    }),
  );
}

function refuseGrowth(nodes: number, depth: number, name: string): void {
  if (nodes > MAX_NODES)
    throw new GraphError(
      'invalid_file',
      `With its functions in place the graph has more than ${MAX_NODES} nodes, so that it is no model that can be served. Look at what calls ${quoted(name)}.`,
    );
  if (depth > MAX_DEPTH)
    throw new GraphError(
      'invalid_file',
      `Functions call each other more than ${MAX_DEPTH} levels deep at ${quoted(name)}. Save the model with fewer functions.`,
    );
}

function listOf(node: string, argument: string): GraphError {
  return new GraphError(
    'unsupported',
    `The function of node ${quoted(node)} takes or gives a list as ${quoted(argument)}, which is not inlined. Give it single tensors.`,
  );
}

function typeOf(attribute: AttrValue | undefined): number {
  return attribute?.value.case === 'type' ? attribute.value.value : 0;
}

function numberOf(attribute: AttrValue | undefined): number {
  return attribute?.value.case === 'i' ? Number(attribute.value.value) : 0;
}

function typesOf(attribute: AttrValue | undefined): readonly number[] {
  return attribute?.value.case === 'list' ? attribute.value.value.type : [];
}
