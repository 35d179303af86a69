import type { NodeDef } from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import { readConstant } from '../tensorflow/constant.ts';
import { quoted } from '../tensorflow/refusals.ts';

/** The tensor of a checkpoint that a variable has its value from. */
export interface VariableValue {
  readonly tensor: string;
  /** As `RestoreV2` writes it: all of the tensor's shape, then `start,length` of each dimension; empty for all of it. */
  readonly slice: string;
}

type Nodes = ReadonlyMap<string, NodeDef>;

/** An output of a node. */
interface Output {
  readonly node: NodeDef;
  readonly index: number;
}

/** Ops that give on what they take. */
const SAME: ReadonlySet<string> = new Set(['Identity', 'IdentityN']);

const ASSIGNMENTS: ReadonlySet<string> = new Set(['Assign', 'AssignVariableOp']);

/**
 * Which variable has its value from which tensor of the checkpoint, by the variables' nodes. It is what the graph
 * itself does when it restores: a variable that is assigned an output of RestoreV2 has the value of that name. Keras 3
 * restores into copies: a variable that is read to be assigned to one that has a value has the same.
 * `nodes` have no calls left. Throws `GraphError` (`invalid_graph`) where two tensors are restored into one variable.
 */
export function bindVariables(nodes: readonly NodeDef[]): ReadonlyMap<string, VariableValue> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const assignments = nodes.filter(({ op }) => ASSIGNMENTS.has(op));
  const values = new Map<string, VariableValue>();
  const copies: { readonly variable: string; readonly of: string }[] = [];
  for (const { input } of assignments) {
    const variable = sourceOf(byName, input[0])?.node.name;
    const value = sourceOf(byName, input[1]);
    if (variable === undefined || value === undefined) continue;
    if (value.node.op === 'RestoreV2') bind(values, variable, restoredBy(byName, value));
    const read = value.node.op === 'ReadVariableOp' ? sourceOf(byName, value.node.input[0]) : undefined;
    if (read !== undefined) copies.push({ variable, of: read.node.name });
  }
  for (const { variable, of } of copies) {
    const value = values.get(variable);
    if (value !== undefined && !values.has(of)) values.set(of, value);
  }
  return values;
}

/** What stands behind an input, through all that only gives it on. */
function sourceOf(nodes: Nodes, input: string | undefined): Output | undefined {
  // Graphs have no cycles here, but a step more than there are nodes would be one.
  let at = input;
  for (let steps = 0; at !== undefined && steps <= nodes.size; steps += 1) {
    const [name = '', index = '0'] = at.split(':');
    const node = nodes.get(name);
    if (node === undefined || at.startsWith('^')) return undefined;
    if (!SAME.has(node.op)) return { node, index: Number(index) };
    at = node.input[Number(index)];
  }
  return undefined;
}

function restoredBy(nodes: Nodes, { node, index }: Output): VariableValue {
  const [, names, slices] = node.input.map((input) => sourceOf(nodes, input)?.node);
  return { tensor: textAt(node, names, index), slice: textAt(node, slices, index) };
}

function textAt(restore: NodeDef, constant: NodeDef | undefined, index: number): string {
  const value = constant?.attr['value']?.value;
  if (constant?.op === 'Const' && value?.case === 'tensor') {
    const { values } = readConstant(`node ${quoted(constant.name)}`, value.value);
    const text = values instanceof Uint8Array ? undefined : values[index];
    if (text !== undefined) return Buffer.from(text).toString();
  }
  throw new GraphError(
    'invalid_graph',
    `Node ${quoted(restore.name)} restores tensors whose names are no constants of the graph. Save the model again with TensorFlow.`,
  );
}

/** Binds a variable. Throws `GraphError` (`invalid_graph`) where it is bound to another tensor already. */
export function bind(values: Map<string, VariableValue>, variable: string, value: VariableValue): void {
  const before = values.get(variable);
  if (before !== undefined && (before.tensor !== value.tensor || before.slice !== value.slice))
    throw new GraphError(
      'invalid_graph',
      `The variable ${quoted(variable)} is restored from two tensors, ${quoted(before.tensor)} and ${quoted(value.tensor)}. Save the model again with TensorFlow.`,
    );
  values.set(variable, value);
}
