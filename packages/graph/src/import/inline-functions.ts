import { create } from '@bufbuild/protobuf';
import {
  type AttrValue,
  AttrValueSchema,
  type FunctionDef,
  type NodeDef,
  NodeDefSchema,
} from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import type { MetaGraph } from '../tensorflow/model.ts';
import { quoted } from '../tensorflow/refusals.ts';
import { type Call, countOf, type Library, listAttribute, wiringOf } from './function-wiring.ts';

/** Functions that call others twice each would grow without end; the largest networks have some 100,000 nodes. */
const MAX_NODES = 250_000;

/** Each level makes names longer; models nest some ten levels deep. */
const MAX_DEPTH = 200;

/** What names and inputs of all nodes that are put in place may come to; the largest networks have some 40 MB. */
const MAX_TEXT_BYTES = 256 * 1024 * 1024;

/** What a name costs in memory besides its characters. */
const NAME_BYTES = 32;

/** Ops that call the function in their attribute `f`, and give its outputs. */
const CALLS: ReadonlySet<string> = new Set(['PartitionedCall', 'StatefulPartitionedCall']);

/** Counts what is put in place, and refuses when it is too much. */
interface Growth {
  text: number;
}

/**
 * The nodes of the graph with the bodies of functions in the place of their calls. The nodes of a body have the call's
 * name and `/` before theirs. The call becomes an IdentityN of its results (a NoOp where it has none), so that its
 * name and the numbers of its outputs stay. Functions of loops and conditions are no calls and stay as they are.
 * Throws `GraphError`: `unsupported` for what cannot be inlined, `invalid_file` where it would grow beyond bounds.
 */
export function inlineFunctions({ graph, ops }: Pick<MetaGraph, 'graph' | 'ops'>): readonly NodeDef[] {
  const flat: NodeDef[] = [];
  const growth: Growth = { text: 0 };
  const waiting = graph.nodes.map((node) => ({ node, depth: 0 })).toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const call = callOf(next.node, graph.functions);
    if (call === undefined) {
      flat.push(next.node);
    } else {
      const depth = next.depth + 1;
      refuseGrowth(flat.length + waiting.length + call.definition.nodeDef.length, depth, next.node.name);
      const connect = wiringOf(call, graph.functions, ops);
      flat.push(resultsOf(call, connect, growth));
      for (const node of bodyOf(call, connect, growth)) waiting.push({ node, depth });
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
function bodyOf(call: Call, connect: (input: string) => readonly string[], growth: Growth): NodeDef[] {
  const controls = call.node.input.filter((input) => input.startsWith('^'));
  return call.definition.nodeDef.map((node) => {
    const name = `${call.node.name}/${node.name}`;
    spend(growth, call, [name]);
    const taken = node.input.flatMap((each) => spend(growth, call, connect(each)));
    // What runs before a call runs before all of its body.
    const input = [...taken, ...spend(growth, call, controls)];
    const attr = boundAttributes(node.attr, call);
    return create(NodeDefSchema, { name, op: node.op, device: node.device, input, attr });
  });
}

/** What stands where the call stood. */
function resultsOf(call: Call, connect: (input: string) => readonly string[], growth: Growth): NodeDef {
  const { node, definition, attributes } = call;
  const outputs = definition.signature?.outputArg ?? [];
  const results = outputs.flatMap((output) => {
    const from = definition.ret[output.name];
    if (from === undefined)
      throw new GraphError(
        'invalid_graph',
        `The function of node ${quoted(node.name)} does not say what its output ${quoted(output.name)} is. Save the model again with TensorFlow.`,
      );
    const tensors = spend(growth, call, connect(from));
    if (tensors.length === countOf(output, node, attributes[listAttribute(output)])) return tensors;
    throw new GraphError(
      'invalid_graph',
      `The function of node ${quoted(node.name)} gives ${tensors.length} tensors as its output ${quoted(output.name)}, which is a list of others. Save the model again with TensorFlow.`,
    );
  });
  const effects = Object.values(definition.controlRet).map((name) => `^${node.name}/${name}`);
  const controls = node.input.filter((input) => input.startsWith('^'));
  const types = outputs.flatMap((output) => typesOf(output, call));
  const T = create(AttrValueSchema, { value: { case: 'list', value: { type: types } } });
  return create(NodeDefSchema, {
    name: node.name,
    op: results.length === 0 ? 'NoOp' : 'IdentityN',
    input: [...results, ...new Set([...effects, ...controls])],
    attr: results.length === 0 ? {} : { T },
  });
}

/** The type of each tensor of an output. */
function typesOf(
  output: NonNullable<FunctionDef['signature']>['outputArg'][number],
  { node, attributes }: Call,
): readonly number[] {
  const list = attributes[output.typeListAttr]?.value;
  if (list?.case === 'list') return list.value.type;
  const type = attributes[output.typeAttr]?.value;
  const own = type?.case === 'type' ? type.value : output.type;
  return Array.from({ length: countOf(output, node, attributes[listAttribute(output)]) }, () => own);
}

/** Attributes that stand for one of the function's have the value that the call gives it. */
function boundAttributes(given: Readonly<Record<string, AttrValue>>, call: Call): Record<string, AttrValue> {
  return Object.fromEntries(
    Object.entries(given).map(([key, attribute]) => [key, boundAttribute(attribute, call)]),
  );
}

function boundAttribute(attribute: AttrValue, call: Call): AttrValue {
  const { value } = attribute;
  if (value.case === 'func') {
    const attr = boundAttributes(value.value.attr, call);
    return create(AttrValueSchema, { value: { case: 'func', value: { name: value.value.name, attr } } });
  }
  if (value.case !== 'placeholder') return attribute;
  const bound = call.attributes[value.value];
  if (bound !== undefined) return bound;
  throw new GraphError(
    'invalid_graph',
    `Node ${quoted(call.node.name)} does not give its function the attribute ${quoted(value.value)}. Save the model again with TensorFlow.`,
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

/** Gives the names on, unless they are more than any model has. */
function spend(growth: Growth, { node }: Call, names: readonly string[]): readonly string[] {
  for (const name of names) growth.text += name.length + NAME_BYTES;
  if (growth.text <= MAX_TEXT_BYTES) return names;
  throw new GraphError(
    'invalid_file',
    `With its functions in place the names of the graph take more than ${MAX_TEXT_BYTES} bytes, so that it is no model that can be served. Look at what calls ${quoted(node.name)}.`,
  );
}
