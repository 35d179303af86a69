import { GraphError } from '../../graph-error.ts';
import { canonicalDomain } from '../../onnx/check/operators.ts';
import type { Node } from '../../onnx/model.ts';
import { type Network, titleOf } from '../network.ts';
import { ANSWERING_IN_FLOAT, ONE_VALUE, OPERATORS, type Role } from './operators.ts';
import { type Weights, weightsOf } from './weights-of.ts';

/** What stays in FP32 although it could be quantized. */
export interface Exclusions {
  /** Names of nodes; the name of its first output for a node that has none. */
  readonly nodes?: readonly string[] | undefined;
  /** Operators, such as `Add`. */
  readonly ops?: readonly string[] | undefined;
}

/** A node that runs in integers. */
export interface IntegerNode {
  readonly node: Node;
  readonly role: Role;
  readonly weights: Weights | undefined;
  /** The node that adds the bias, as `weights` names it: this one, or the Add behind a MatMul, which has no input for one. */
  readonly adder: Node;
  /** Tensors that it takes, besides weights. */
  readonly takes: readonly string[];
  /** The tensor that gets scales for what it makes: behind the ReLU or the like that is done with it. */
  readonly makes: string;
  /** It may leave what it makes in FP32. */
  readonly answersFloat: boolean;
}

/** A node that stays in FP32 although its operator has an integer kernel, and why. */
export interface FloatNode {
  readonly node: string;
  readonly op: string;
  readonly why: string;
}

export interface ChosenNodes {
  readonly integer: readonly IntegerNode[];
  readonly float: readonly FloatNode[];
}

/**
 * Says which nodes run in integers. Throws `invalid_argument` where an exclusion names no node of the main graph, or an
 * operator that the model does not have.
 */
export function chooseNodes(network: Network, exclusions: Exclusions = {}): ChosenNodes {
  const excluded = exclusionOf(network, exclusions);
  const integer: IntegerNode[] = [];
  const float: FloatNode[] = [];
  /** Tensors that come out of integers, by what they are named before what is done with them. */
  const makers = new Map<string, number>();
  for (const node of network.nodes) {
    const role = canonicalDomain(node.domain) === '' ? OPERATORS.get(node.op ?? '') : undefined;
    if (role === undefined) continue;
    const chosen = excluded(node) ?? consider(node, role, network, integer, makers);
    if (typeof chosen === 'string') float.push({ node: titleOf(node), op: node.op ?? '', why: chosen });
    else if ('behind' in chosen) {
      const before = integer[chosen.behind];
      const makes = node.outputs[0] ?? '';
      if (before !== undefined)
        integer[chosen.behind] = { ...before, ...biasIn(node, before, network), makes };
      makers.set(makes, chosen.behind);
    } else {
      makers.set(chosen.makes, integer.length);
      integer.push(chosen);
    }
  }
  return { integer, float };
}

/** What an Add behind a node adds, where each channel of its weights has one value. */
function biasIn(
  node: Node,
  { weights }: IntegerNode,
  { constants }: Network,
): Pick<IntegerNode, 'weights' | 'adder'> | undefined {
  const bias =
    node.op === 'Add' ? constants.get(node.inputs.find((name) => constants.has(name)) ?? '') : undefined;
  const channels = constants.get(weights?.tensor ?? '')?.dims[weights?.axis ?? 0];
  if (weights?.axis === undefined || bias?.elementType !== 'float') return undefined;
  if (bias.dims.length !== 1 || bias.dims[0] !== channels) return undefined;
  return { weights: { ...weights, bias: bias.name }, adder: node };
}

function exclusionOf(
  network: Network,
  { nodes = [], ops = [] }: Exclusions,
): (node: Node) => string | undefined {
  const titles = new Set(network.nodes.map(titleOf));
  const known = new Set(network.nodes.map(({ op }) => op));
  const missing = [...nodes.filter((name) => !titles.has(name)), ...ops.filter((op) => !known.has(op))];
  if (missing.length > 0) {
    const said = `The model has no node or operator ${missing.join(', ')} to leave in FP32`;
    throw new GraphError('invalid_argument', `${said}: name those of its main graph.`);
  }
  const named = new Set(nodes);
  const kinds = new Set(ops);
  return (node) => {
    if (named.has(titleOf(node))) return 'it is excluded by name';
    return kinds.has(node.op ?? '') ? 'its operator is excluded' : undefined;
  };
}

/** The node in integers, the node that it only finishes, or why it stays in FP32. */
function consider(
  node: Node,
  role: Role,
  network: Network,
  integer: readonly IntegerNode[],
  makers: ReadonlyMap<string, number>,
): IntegerNode | { readonly behind: number } | string {
  const finished = finishes(node, role, network, integer, makers);
  if (finished !== undefined) return { behind: finished };
  if (role === 'weighted') return weighted(node, network);
  const takes = ONE_VALUE.has(node.op ?? '')
    ? node.inputs.slice(0, 1)
    : node.inputs.filter((each) => each !== '');
  const other = takes.find((each) => !network.floats.has(each));
  if (other !== undefined) return `its input ${other} is not known to be float`;
  if (!takes.some((each) => makers.has(each))) return 'nothing before it runs in integers';
  if (node.outputs.filter((each) => each !== '').length > 1) return 'it has several outputs';
  if (role === 'moving' && takes.some((each) => network.constants.has(each))) return 'it takes a constant';
  return {
    node,
    role,
    weights: undefined,
    adder: node,
    takes,
    makes: node.outputs[0] ?? '',
    answersFloat: false,
  };
}

/** The integer node whose result this one only cuts off, or adds the bias to that MatMul has no input for. */
function finishes(
  node: Node,
  role: Role,
  network: Network,
  integer: readonly IntegerNode[],
  makers: ReadonlyMap<string, number>,
): number | undefined {
  const isBias = node.op === 'Add' && node.inputs.some((each) => network.constants.has(each));
  if (role !== 'limiting' && !isBias) return undefined;
  const before = node.inputs.find((each) => makers.has(each)) ?? '';
  const alone = network.takers.get(before)?.length === 1 && !network.outputs.has(before);
  const index = makers.get(before);
  const maker = index === undefined ? undefined : integer[index];
  if (!alone || maker === undefined) return undefined;
  if (isBias) return maker.node.op === 'MatMul' && maker.node.outputs[0] === before ? index : undefined;
  return maker.role === 'weighted' || maker.role === 'computing' ? index : undefined;
}

function weighted(node: Node, network: Network): IntegerNode | string {
  const [taken = '', second = ''] = node.inputs;
  const makes = node.outputs[0] ?? '';
  const answersFloat = ANSWERING_IN_FLOAT.has(node.op ?? '');
  const integer = { node, role: 'weighted', adder: node, takes: [taken], makes, answersFloat } as const;
  if (!network.floats.has(taken)) return `its input ${taken} is not known to be float`;
  if (network.constants.has(taken)) return `its input ${taken} is a constant`;
  if (node.op === 'MatMul' && !network.constants.has(second)) {
    if (!network.floats.has(second)) return `its input ${second} is not known to be float`;
    return { ...integer, weights: undefined, takes: [taken, second] };
  }
  const weights = weightsOf(node, network);
  if (typeof weights === 'string') return weights;
  return { ...integer, weights };
}
