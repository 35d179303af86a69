import type { AttrValue, FunctionDef, NodeDef } from '../generated/tensorflow/tensorflow_pb.ts';
import { MAX_RANK } from './bundle/bundle-index.ts';
import { MAX_REPEATED_BYTES, repeatedBytes } from './constant.ts';
import { findCycle } from './find-cycle.ts';
import type { TensorFlowGraph } from './model.ts';
import { brokenModel, notRead, quoted } from './refusals.ts';

/** The most elements along a dimension. */
const MAX_SIZE = BigInt(Number.MAX_SAFE_INTEGER);

/** How many nodes of a cycle a message names. */
const NAMED_NODES = 8;

/**
 * Holds what the rest of the import relies on: names of nodes are unique, their inputs are there, a graph has no cycle
 * but loops of TensorFlow 1 (closed by NextIteration), and no function calls itself. Throws `GraphError`.
 */
export function checkGraph(file: string, { nodes, functions }: TensorFlowGraph): void {
  checkNodes(file, nodes, []);
  checkConstants(file, [nodes, ...[...functions.values()].map(({ nodeDef }) => nodeDef)]);
  for (const [name, definition] of functions) {
    const within = `${file}, function ${quoted(name)}`;
    const parameters = (definition.signature?.inputArg ?? []).map((argument) => argument.name);
    checkNodes(within, definition.nodeDef, parameters);
  }
  const circle = findCycle([...functions.keys()], (name) => calledFunctions(functions.get(name), functions));
  if (circle !== undefined)
    throw notRead(
      file,
      `Functions call each other in a circle: ${chain(circle)}.`,
      'ONNX has no recursion: write it as a loop in TensorFlow and save again.',
    );
}

/** The name of the node that an input comes from: `a`, `a:1`, `^a`, or in a function `a:output:0`. */
export function nodeOfInput(input: string): string {
  const start = input.startsWith('^') ? 1 : 0;
  const colon = input.indexOf(':');
  return input.slice(start, colon === -1 ? undefined : colon);
}

/** The functions that a node calls: named in an attribute, or as its op. */
export function functionsOfNode(node: NodeDef, library: ReadonlyMap<string, FunctionDef>): string[] {
  const called = Object.values(node.attr).flatMap(functionsOfAttribute);
  if (library.has(node.op)) called.push(node.op);
  return called.filter((name) => library.has(name));
}

function checkNodes(where: string, nodes: readonly NodeDef[], parameters: readonly string[]): void {
  const byName = new Map<string, NodeDef>();
  for (const node of nodes) {
    if (node.name === '' || node.op === '') throw brokenModel(where, 'A node has no name or no op.');
    if (byName.has(node.name)) throw brokenModel(where, `Two nodes have the name ${quoted(node.name)}.`);
    byName.set(node.name, node);
    checkShapes(where, node);
  }
  const known = new Set([...byName.keys(), ...parameters]);
  for (const node of nodes)
    for (const input of node.input)
      if (!known.has(nodeOfInput(input)))
        throw brokenModel(where, `The input ${quoted(input)} of node ${quoted(node.name)} is not there.`);
  const cycle = findCycle([...byName.keys()], (name) => {
    const node = byName.get(name);
    return node === undefined || node.op.endsWith('NextIteration') ? [] : node.input.map(nodeOfInput);
  });
  if (cycle !== undefined) throw brokenModel(where, `Nodes take each other as inputs: ${chain(cycle)}.`);
}

/** A few bytes may ask for any number of elements, and a few kilobytes for many such constants. */
function checkConstants(file: string, graphs: readonly (readonly NodeDef[])[]): void {
  let bytes = 0;
  for (const nodes of graphs)
    for (const { attr } of nodes)
      for (const { value } of Object.values(attr))
        if (value.case === 'tensor') bytes += repeatedBytes(value.value);
  if (bytes > MAX_REPEATED_BYTES)
    throw notRead(
      file,
      `Constants that are written as lists of values, or as a few that repeat, take ${bytes} bytes.`,
      'Make them with tf.fill in the graph, or keep them in variables.',
    );
}

/** A size is -1 where any will do. */
function checkShapes(where: string, { name, attr }: NodeDef): void {
  for (const [key, { value }] of Object.entries(attr)) {
    const shapes =
      value.case === 'shape' ? [value.value] : value.case === 'list' ? value.value.shape : undefined;
    for (const { dim } of shapes ?? [])
      if (dim.length > MAX_RANK || dim.some(({ size }) => size < -1n || size > MAX_SIZE))
        throw brokenModel(
          where,
          `The attribute ${quoted(key)} of node ${quoted(name)} is a shape that no tensor has.`,
        );
  }
}

function calledFunctions(
  definition: FunctionDef | undefined,
  library: ReadonlyMap<string, FunctionDef>,
): string[] {
  return (definition?.nodeDef ?? []).flatMap((node) => functionsOfNode(node, library));
}

function functionsOfAttribute({ value }: AttrValue): string[] {
  if (value.case === 'func') return [value.value.name];
  return value.case === 'list' ? value.value.func.map(({ name }) => name) : [];
}

function chain(names: readonly string[]): string {
  const named = names.slice(0, NAMED_NODES).map(quoted);
  return [...named, names.length > NAMED_NODES ? '…' : quoted(names[0] as string)].join(' → ');
}
