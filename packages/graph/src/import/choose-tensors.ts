import type { NodeDef, TensorInfo } from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import { nodeOfInput } from '../tensorflow/check-graph.ts';
import type { MetaGraph, SignatureDefinition } from '../tensorflow/model.ts';
import { listed, quoted } from '../tensorflow/refusals.ts';

/** A tensor of the graph, and the name that callers know it by. */
export interface ChosenTensor {
  /** The key of the signature, or the tensor's name as it was given. */
  readonly name: string;
  readonly node: string;
  /** Which output of the node. */
  readonly index: number;
}

/** Where a graph is to be entered and left. */
export interface ChosenTensors {
  readonly inputs: readonly ChosenTensor[];
  readonly outputs: readonly ChosenTensor[];
  /** The signature that they are of, if they are of one. */
  readonly signature: string | undefined;
}

/** What a caller asks for; what is left out is found where there is only one choice. */
export interface TensorRequest {
  readonly signature?: string | undefined;
  /** `scope/op:0`, `scope/op`, or keys of the signature. */
  readonly inputs?: readonly string[] | undefined;
  readonly outputs?: readonly string[] | undefined;
}

const DEFAULT_SIGNATURE = 'serving_default';

/** What a TensorFlow 2 SavedModel calls the node that fills its tables: no signature to serve. */
const INIT_SIGNATURE = '__saved_model_init_op';

const PLACEHOLDER = 'Placeholder';

/**
 * Chooses the tensors to convert between. Named tensors come first, then those of the signature, which is the named
 * one, `serving_default` or the only one. Without either, an output is the only node that nothing uses and that
 * depends on a placeholder, and inputs are the placeholders that the outputs depend on.
 * Throws `GraphError` (`invalid_argument`) with what there is to choose from.
 */
export function chooseTensors(metaGraph: MetaGraph, request: TensorRequest): ChosenTensors {
  const named = request.inputs !== undefined || request.outputs !== undefined;
  const signature = chooseSignature(metaGraph, request.signature, named);
  const definition = signature === undefined ? undefined : metaGraph.signatures.get(signature);
  const nodes = new Map(metaGraph.graph.nodes.map((node) => [node.name, node]));
  const outputs =
    request.outputs?.map((name) => resolve(nodes, name, definition?.outputs)) ??
    (definition === undefined ? findOutputs(nodes) : tensorsOf(nodes, definition.outputs));
  const inputs =
    request.inputs?.map((name) => resolve(nodes, name, definition?.inputs)) ??
    (definition === undefined ? findInputs(nodes, outputs) : tensorsOf(nodes, definition.inputs));
  refuseTwice('input', inputs);
  refuseTwice('output', outputs);
  return { inputs, outputs, signature };
}

function chooseSignature(
  { signatures }: MetaGraph,
  asked: string | undefined,
  tensorsAreNamed: boolean,
): string | undefined {
  const keys = [...signatures.keys()].filter((key) => key !== INIT_SIGNATURE);
  if (asked !== undefined) {
    if (keys.includes(asked)) return asked;
    throw choose(`The model has no signature ${quoted(asked)}`, 'signature', keys);
  }
  if (keys.includes(DEFAULT_SIGNATURE)) return DEFAULT_SIGNATURE;
  if (keys.length <= 1) return keys[0];
  if (tensorsAreNamed) return undefined;
  throw choose(`The model has ${keys.length} signatures`, 'signature', keys);
}

/** A key of the signature, or else the name of a tensor. */
function resolve(
  nodes: ReadonlyMap<string, NodeDef>,
  name: string,
  infos: ReadonlyMap<string, TensorInfo> | undefined,
): ChosenTensor {
  const info = infos?.get(name);
  return info === undefined ? tensorAt(nodes, name, name) : tensorOf(nodes, name, info);
}

function tensorsOf(
  nodes: ReadonlyMap<string, NodeDef>,
  infos: SignatureDefinition['inputs'],
): readonly ChosenTensor[] {
  return [...infos]
    .map(([name, info]) => tensorOf(nodes, name, info))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function tensorOf(nodes: ReadonlyMap<string, NodeDef>, name: string, { encoding }: TensorInfo): ChosenTensor {
  if (encoding.case === 'name') return tensorAt(nodes, name, encoding.value);
  throw new GraphError(
    'unsupported',
    `${quoted(name)} of the signature is no single tensor, but a sparse or a composite one. Name the tensors that it is made of, or save a signature of dense tensors.`,
  );
}

function tensorAt(nodes: ReadonlyMap<string, NodeDef>, name: string, tensor: string): ChosenTensor {
  const [, node = '', index = '0'] = /^([^:^][^:]*?)(?::(0|[1-9]\d{0,5}))?$/.exec(tensor) ?? [];
  if (nodes.has(node)) return { name, node, index: Number(index) };
  const last = tensor.replace(/:.*$/, '').split('/').at(-1) ?? '';
  const alike = [...nodes.keys()].filter((one) => one.split('/').at(-1) === last).map((one) => `${one}:0`);
  throw choose(`The graph has no tensor ${quoted(tensor)}`, 'tensor', alike);
}

/** The only node that nothing uses and that depends on a placeholder. */
function findOutputs(nodes: ReadonlyMap<string, NodeDef>): readonly ChosenTensor[] {
  const users = usersOf(nodes);
  const fed = new Set([...nodes.values()].flatMap(({ name, op }) => (op === PLACEHOLDER ? [name] : [])));
  // A Set gives what is added while it is walked as well.
  for (const name of fed) for (const user of users.get(name)?.tensors ?? []) fed.add(user);
  const unused = [...nodes.values()].filter(
    ({ name, op }) => !users.has(name) && op !== 'NoOp' && fed.has(name),
  );
  const [only] = unused;
  if (unused.length === 1 && only !== undefined && only.op !== PLACEHOLDER)
    return [{ name: `${only.name}:0`, node: only.name, index: 0 }];
  throw choose(
    'The model has no signature that says what its outputs are',
    'output',
    unused.map(({ name }) => `${name}:0`),
  );
}

/** Which nodes take the tensors of a node; one that is only waited for has none. */
function usersOf(nodes: ReadonlyMap<string, NodeDef>): ReadonlyMap<string, { readonly tensors: string[] }> {
  const users = new Map<string, { readonly tensors: string[] }>();
  for (const { name, input } of nodes.values())
    for (const each of input) {
      const source = nodeOfInput(each);
      const found = users.get(source) ?? { tensors: [] };
      users.set(source, found);
      if (!each.startsWith('^')) found.tensors.push(name);
    }
  return users;
}

/** The placeholders that the outputs depend on: they have to be fed, whoever asks. */
function findInputs(
  nodes: ReadonlyMap<string, NodeDef>,
  outputs: readonly ChosenTensor[],
): readonly ChosenTensor[] {
  const names = placeholdersOf(
    nodes,
    outputs.map(({ node }) => node),
  );
  return names.toSorted().map((name) => ({ name: `${name}:0`, node: name, index: 0 }));
}

function placeholdersOf(nodes: ReadonlyMap<string, NodeDef>, starts: readonly string[]): string[] {
  const seen = new Set(starts);
  // A Set gives what is added while it is walked as well.
  for (const name of seen)
    for (const input of nodes.get(name)?.input ?? [])
      if (!input.startsWith('^')) seen.add(nodeOfInput(input));
  return [...seen].filter((name) => nodes.get(name)?.op === PLACEHOLDER);
}

function refuseTwice(kind: string, tensors: readonly ChosenTensor[]): void {
  const seen = new Set<string>();
  const twice = tensors.map(({ name }) => name).find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined)
    throw new GraphError('invalid_argument', `The ${kind} ${quoted(twice)} is named twice. Name it once.`);
}

function choose(what: string, kind: string, there: readonly string[]): GraphError {
  const instead =
    there.length === 0 ? `Name the ${kind}s that are wanted` : `Name one of ${listed(there.toSorted())}`;
  return new GraphError('invalid_argument', `${what}. ${instead}.`);
}
