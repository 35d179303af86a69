import { create } from '@bufbuild/protobuf';
import { type NodeDef, NodeDefSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import { nodeOfInput } from '../../tensorflow/check-graph.ts';
import { readConstant } from '../../tensorflow/constant.ts';
import { quoted } from '../../tensorflow/refusals.ts';
import { outputAt, tensorAt, tensorInputs } from './subgraph.ts';

type Nodes = ReadonlyMap<string, NodeDef>;

/** Predicates are a few ops behind a constant; what is built of more is left to be computed. */
const MAX_PREDICATE_DEPTH = 100;

const CONDITIONS: ReadonlySet<string> = new Set(['If', 'StatelessIf']);

/**
 * Takes the branch of each condition whose predicate is a constant, or a placeholder with such a default that no input
 * feeds, as graphs of TensorFlow 1 say that they do not train. A Switch gives its tensor on, a Merge becomes an Identity
 * of what is computed, and an If becomes a call of its branch, which is to be inlined.
 */
export function takeLiveBranches(nodes: readonly NodeDef[], fed: ReadonlySet<string>): readonly NodeDef[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const truths = new Map<string, boolean>();
  for (const node of nodes) {
    const predicate = predicateOf(node);
    const truth = predicate === undefined ? undefined : truthOf(byName, fed, predicate, 0);
    if (truth !== undefined) truths.set(node.name, truth);
  }
  if (truths.size === 0) return nodes;
  const dead = deadTensors(nodes, truths);
  return nodes.map((node) => {
    const truth = truths.get(node.name);
    if (truth !== undefined) return CONDITIONS.has(node.op) ? callOf(node, truth) : passedOn(node);
    return isMerge(node) ? merged(node, dead) : node;
  });
}

function predicateOf(node: NodeDef): string | undefined {
  if (CONDITIONS.has(node.op)) return tensorInputs(node)[0];
  return isSwitch(node) ? tensorInputs(node)[1] : undefined;
}

export function isSwitch({ op }: NodeDef): boolean {
  return op === 'Switch' || op === 'RefSwitch';
}

export function isMerge({ op }: NodeDef): boolean {
  return op === 'Merge' || op === 'RefMerge';
}

/** Whether the tensor is always true or always false; `undefined` where it may be either. */
function truthOf(nodes: Nodes, fed: ReadonlySet<string>, tensor: string, depth: number): boolean | undefined {
  const { node: name } = outputAt(tensor);
  const node = nodes.get(name);
  if (node === undefined || fed.has(name) || depth > MAX_PREDICATE_DEPTH) return undefined;
  const input = (index: number): boolean | undefined => {
    const taken = tensorInputs(node)[index];
    return taken === undefined ? undefined : truthOf(nodes, fed, taken, depth + 1);
  };
  switch (node.op) {
    case 'Const':
      return constantTruth(node);
    case 'Identity':
    case 'StopGradient':
    case 'PlaceholderWithDefault':
      return input(0);
    case 'Enter':
      return node.attr['is_constant']?.value.value === true ? input(0) : undefined;
    case 'LogicalNot': {
      const truth = input(0);
      return truth === undefined ? undefined : !truth;
    }
    case 'LogicalAnd':
      return both(input(0), input(1));
    case 'LogicalOr': {
      const neither = both(negated(input(0)), negated(input(1)));
      return negated(neither);
    }
    default:
      return undefined;
  }
}

function both(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  if (a === false || b === false) return false;
  return a === true && b === true ? true : undefined;
}

function negated(truth: boolean | undefined): boolean | undefined {
  return truth === undefined ? undefined : !truth;
}

function constantTruth(node: NodeDef): boolean | undefined {
  const value = node.attr['value']?.value;
  if (value?.case !== 'tensor') return undefined;
  const { dtype, shape, values } = readConstant(`node ${quoted(node.name)}`, value.value);
  if (dtype.name !== 'bool' || shape.length > 0 || !(values instanceof Uint8Array)) return undefined;
  return values[0] === 1;
}

/** The tensors that are never computed: of a Switch the other side, and all that depends on it but a Merge. */
function deadTensors(nodes: readonly NodeDef[], truths: ReadonlyMap<string, boolean>): ReadonlySet<string> {
  const takers = new Map<string, NodeDef[]>();
  for (const node of nodes)
    for (const source of new Set(node.input.map(nodeOfInput))) {
      const list = takers.get(source);
      if (list === undefined) takers.set(source, [node]);
      else list.push(node);
    }
  // A dead node stands under its name, the dead side of a Switch under its name and number.
  const dead = new Set<string>();
  const waiting: string[] = [];
  for (const node of nodes) {
    const truth = isSwitch(node) ? truths.get(node.name) : undefined;
    if (truth === undefined) continue;
    dead.add(`${node.name}:${truth ? 0 : 1}`);
    waiting.push(node.name);
  }
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
    for (const node of takers.get(name) ?? []) {
      if (dead.has(node.name) || !dies(node, dead)) continue;
      dead.add(node.name);
      waiting.push(node.name);
    }
  return dead;
}

function dies(node: NodeDef, dead: ReadonlySet<string>): boolean {
  if (isMerge(node)) return tensorInputs(node).every((input) => isDead(input, dead));
  return node.input.some((input) => isDead(input, dead));
}

function isDead(input: string, dead: ReadonlySet<string>): boolean {
  if (input.startsWith('^')) return dead.has(input.slice(1));
  const output = outputAt(input);
  return dead.has(output.node) || dead.has(tensorAt(output));
}

function callOf(node: NodeDef, truth: boolean): NodeDef {
  const branch = node.attr[truth ? 'then_branch' : 'else_branch'];
  const [, ...given] = tensorInputs(node);
  const attr = branch === undefined ? {} : { f: branch };
  return create(NodeDefSchema, { name: node.name, op: 'PartitionedCall', input: given, attr });
}

/** Both outputs of the Switch are its tensor: what would take the dead one is not needed. */
function passedOn({ name, input: [tensor = ''] }: NodeDef): NodeDef {
  return create(NodeDefSchema, { name, op: 'IdentityN', input: [tensor, tensor] });
}

function merged(node: NodeDef, dead: ReadonlySet<string>): NodeDef {
  const inputs = tensorInputs(node);
  const live = inputs.filter((input) => !isDead(input, dead));
  if (live.length !== 1 || live.length === inputs.length) return node;
  return create(NodeDefSchema, { name: node.name, op: 'Identity', input: live });
}
