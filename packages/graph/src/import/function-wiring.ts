import type { AttrValue, FunctionDef, NodeDef, OpDef } from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import { nodeOfInput } from '../tensorflow/check-graph.ts';
import { type Argument, outputsOfOp } from '../tensorflow/op-outputs.ts';
import { quoted } from '../tensorflow/refusals.ts';

/** The function library of a graph, by the functions' names. */
export type Library = ReadonlyMap<string, FunctionDef>;

type Attributes = Readonly<Record<string, AttrValue>>;

/** A node that calls a function. */
export interface Call {
  readonly node: NodeDef;
  readonly definition: FunctionDef;
  /** The function's own attributes, by the names that its body has for them. */
  readonly attributes: Attributes;
}

/** More than a model has tensors; a length is a few bytes, and would ask for any memory. */
const LONGEST_LIST = 100_000;

/**
 * Says what an input of a body's node is in the graph: inputs of the call, or outputs of another body's node. A list is
 * named whole (`arg`, `node:output`) or by its element (`arg:1`, `node:output:1`), as TensorFlow's instantiation of
 * functions has it (core/common_runtime/function_def_utils, core/framework/function.cc). Throws `GraphError`.
 */
export function wiringOf(
  call: Call,
  functions: Library,
  ops: ReadonlyMap<string, OpDef>,
): (input: string) => readonly string[] {
  const prefix = call.node.name;
  const given = argumentsOf(call);
  const body = new Map(call.definition.nodeDef.map((node) => [node.name, node]));
  return (input) => {
    const source = nodeOfInput(input);
    const argument = given.get(source);
    if (input.startsWith('^'))
      return argument === undefined
        ? [`^${prefix}/${source}`]
        : argument.map((tensor) => `^${nodeOfInput(tensor)}`);
    if (argument !== undefined) return elementOf(argument, input.slice(source.length + 1), call, input);
    const from = body.get(source);
    if (from === undefined) throw broken(call.node, `has no node ${quoted(source)}`);
    const outputs = outputsOfOp(from.op, functions, ops);
    const { first, length } = outputAt(from, input.slice(source.length + 1), outputs, call.attributes);
    return Array.from({ length }, (_, index) => `${prefix}/${source}:${first + index}`);
  };
}

/** How many tensors an argument of a function is, or an output of the node. */
export function countOf(
  { numberAttr, typeListAttr }: Argument,
  node: NodeDef,
  attribute: AttrValue | undefined,
): number {
  if (numberAttr === '' && typeListAttr === '') return 1;
  const value = attribute?.value;
  const count =
    value?.case === 'i' ? Number(value.value) : value?.case === 'list' ? value.value.type.length : 0;
  if (count >= 0 && count <= LONGEST_LIST) return count;
  throw new GraphError(
    'invalid_graph',
    `The attribute ${quoted(numberAttr || typeListAttr)} of node ${quoted(node.name)} makes a list of ${count} tensors, and no model has one. Save the model again with TensorFlow.`,
  );
}

/** What the call gives for each argument of the function. */
function argumentsOf({ node, definition, attributes }: Call): ReadonlyMap<string, readonly string[]> {
  const parameters = definition.signature?.inputArg ?? [];
  const given = node.input.filter((input) => !input.startsWith('^'));
  let end = 0;
  const found = new Map<string, readonly string[]>();
  for (const parameter of parameters) {
    const start = end;
    end += countOf(parameter, node, attributes[listAttribute(parameter)]);
    found.set(parameter.name, given.slice(start, end));
  }
  if (end === given.length) return found;
  throw new GraphError(
    'invalid_graph',
    `Node ${quoted(node.name)} gives ${given.length} inputs to a function of ${end}. Save the model again with TensorFlow.`,
  );
}

function elementOf(list: readonly string[], index: string, { node }: Call, input: string): readonly string[] {
  if (index === '') return list;
  const element = list[Number(index)];
  if (element !== undefined) return [element];
  throw broken(node, `takes ${quoted(input)}, which is not there`);
}

/** The attribute that says how many tensors a list is; empty where it is none. */
export function listAttribute({ numberAttr, typeListAttr }: Argument): string {
  return numberAttr || typeListAttr;
}

/** Where the outputs `name` or `name:index` of a node begin among all its outputs, and how many they are. */
function outputAt(
  node: NodeDef,
  output: string,
  outputs: readonly Argument[] | undefined,
  attributes: Attributes,
): { readonly first: number; readonly length: number } {
  const [name = '', index] = output.split(':');
  let first = 0;
  // Of an op with one output, the index is all that matters.
  for (const one of outputs ?? [{ name, numberAttr: '', typeListAttr: '' }]) {
    const own = node.attr[listAttribute(one)];
    const length = countOf(one, node, own?.value.case === 'placeholder' ? attributes[own.value.value] : own);
    if (one.name !== name) {
      first += length;
      continue;
    }
    if (index === undefined) return { first, length };
    if (/^\d+$/.test(index) && Number(index) < length) return { first: first + Number(index), length: 1 };
  }
  throw new GraphError(
    'invalid_graph',
    `The op ${quoted(node.op)} of node ${quoted(node.name)} has no output ${quoted(output)}. Save the model again with TensorFlow.`,
  );
}

function broken(node: NodeDef, what: string): GraphError {
  return new GraphError(
    'invalid_graph',
    `The function of node ${quoted(node.name)} ${what}. Save the model again with TensorFlow.`,
  );
}
