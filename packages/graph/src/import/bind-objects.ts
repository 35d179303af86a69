import {
  type NodeDef,
  type SavedObjectGraph,
  type TrackableObjectGraph,
  TrackableObjectGraphSchema,
} from '../generated/tensorflow/tensorflow_pb.ts';
import type { Checkpoint } from '../tensorflow/bundle/checkpoint.ts';
import { decodeMessage } from '../tensorflow/decode-message.ts';
import type { MetaGraph } from '../tensorflow/model.ts';
import { brokenModel } from '../tensorflow/refusals.ts';
import { bind, type VariableValue } from './bind-variables.ts';

/** The tensor of a checkpoint that says which object has its values under which keys. */
const OBJECT_GRAPH_KEY = '_CHECKPOINTABLE_OBJECT_GRAPH';

/** What TensorFlow calls the values of a variable among the attributes of an object. */
const VALUE = 'VARIABLE_VALUE';

/**
 * Which variable has its value from which tensor of the checkpoint, in a model of TensorFlow 2 whose graph restores
 * nothing: a function's last inputs are the objects that it captures (`bound_inputs`), and the checkpoint has objects
 * of the same names with the keys of their values. Nothing where the model or its checkpoint has no objects.
 * Throws `GraphError` where two tensors would be bound to one variable.
 */
export async function bindObjects(
  { objects, graph }: MetaGraph,
  checkpoint: Checkpoint | null,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, VariableValue>> {
  const values = new Map<string, VariableValue>();
  if (objects === undefined || checkpoint?.tensors.has(OBJECT_GRAPH_KEY) !== true) return values;
  const keys = checkpointKeys(objects, await readObjectGraph(checkpoint, signal));
  for (const node of graph.nodes)
    for (const { variable, object } of captured(node, objects)) {
      const tensor = keys.get(object);
      if (tensor !== undefined) bind(values, variable, { tensor, slice: '' });
    }
  return values;
}

async function readObjectGraph(checkpoint: Checkpoint, signal?: AbortSignal): Promise<TrackableObjectGraph> {
  const [bytes] = await checkpoint.read(OBJECT_GRAPH_KEY, signal);
  if (bytes instanceof Uint8Array)
    return decodeMessage(`${checkpoint.prefix}, ${OBJECT_GRAPH_KEY}`, bytes, TrackableObjectGraphSchema);
  throw brokenModel(checkpoint.prefix, `Its tensor ${OBJECT_GRAPH_KEY} is no string.`);
}

/** The keys of variables, by their number among the model's objects: the same names lead to both from the first one. */
function checkpointKeys(
  { nodes }: SavedObjectGraph,
  saved: TrackableObjectGraph,
): ReadonlyMap<number, string> {
  const keys = new Map<number, string>();
  const partners = new Map([[0, 0]]);
  // A Map gives what is added while it is walked as well.
  for (const [object, partner] of partners) {
    const names = new Map(saved.nodes[partner]?.children.map(({ localName, nodeId }) => [localName, nodeId]));
    const value = saved.nodes[partner]?.attributes.find(({ name }) => name === VALUE);
    if (nodes[object]?.kind.case === 'variable' && value !== undefined) keys.set(object, value.checkpointKey);
    for (const { localName, nodeId } of nodes[object]?.children ?? []) {
      const other = names.get(localName);
      if (other !== undefined && !partners.has(nodeId)) partners.set(nodeId, other);
    }
  }
  return keys;
}

/** Which inputs of a call are which of the model's objects. */
function captured(
  { op, attr, input }: NodeDef,
  { concreteFunctions }: SavedObjectGraph,
): readonly { readonly variable: string; readonly object: number }[] {
  const called = attr['f']?.value;
  const name = called?.case === 'func' ? called.value.name : op;
  const bound = Object.hasOwn(concreteFunctions, name) ? concreteFunctions[name]?.boundInputs : undefined;
  const given = input.filter((each) => !each.startsWith('^'));
  if (bound === undefined || bound.length > given.length) return [];
  const first = given.length - bound.length;
  return bound.map((object, index) => ({ variable: given[first + index] as string, object }));
}
