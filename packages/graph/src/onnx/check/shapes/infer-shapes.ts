import type { Attribute, AttributeValue, Graph, Node, Tensor, ValueType } from '../../model.ts';
import { describeNode } from '../check-node.ts';
import { canonicalDomain } from '../operators.ts';
import { functionKey, type Problem, type Rules } from '../scope.ts';
import { callOf, type Followed } from './call.ts';
import { ruleOf } from './rules.ts';
import {
  common,
  type Dim,
  type Dims,
  differ,
  MOST_AXES,
  MOST_ELEMENTS,
  NOTHING,
  shaped,
  shapeText,
} from './shape.ts';
import { type SmallConstants, smallConstants } from './small-constants.ts';

/** Values of a graph by name, and of those around it. */
interface Values {
  readonly own: Map<string, Followed>;
  readonly outer: Values | undefined;
}

interface Pass {
  readonly rules: Rules;
  readonly version: number;
  readonly constants: SmallConstants;
  /** What may still be looked at: names and numbers of nodes, each time that a node is. */
  left: number;
}

/** What is looked at, the most: bodies of loops in loops are tried more than once. */
const MOST_WORK = 1_000_000;

/**
 * Follows the shapes of a model's main graph from its inputs and constants through all nodes whose operators have a rule, and
 * reports what cannot be: inputs that do not fit each other, and shapes that the file says and that do not follow. What
 * a condition or a loop may leave out is followed, and nothing in it reported. What is not known fits everything.
 */
export function inferShapes(graph: Graph, place: string, rules: Rules): ReadonlyMap<string, Followed> {
  const constants = smallConstants((why) => rules.report({ place, why }));
  const pass: Pass = { rules, version: rules.opsets.get('') ?? 0, constants, left: MOST_WORK };
  const values: Values = { own: new Map(), outer: undefined };
  const report = (problem: Problem): void => rules.report(problem);
  for (const { name = '', type } of graph.inputs) values.own.set(name, shaped(declaredDims(type)));
  for (const tensor of graph.initializers) {
    const name = tensor.name ?? '';
    const declared = values.own.get(name);
    // Since version 4, an initializer that is an input is only what the input is where nobody says otherwise.
    if (declared === undefined || rules.irVersion < 4) values.own.set(name, constantOf(tensor));
    if (declared?.dims !== undefined) compare(name, tensor.dims, declared.dims, place, report);
  }
  addSparse(graph, values);
  followNodes(graph.nodes, values, pass, place, report);
  for (const { name = '', type } of [...graph.outputs, ...graph.valueInfo]) {
    const declared = declaredDims(type);
    const found = values.own.get(name)?.dims;
    if (declared !== undefined && found !== undefined) compare(name, found, declared, place, report);
  }
  return values.own;
}

type Report = (problem: Problem) => void;

function compare(name: string, found: Dims, declared: Dims, place: string, report: Report): void {
  if (found.length === declared.length && !found.some((dim, axis) => differ(dim, declared[axis]))) return;
  report({
    place,
    why: `${name} is of the shape ${shapeText(found)}, and is said to be ${shapeText(declared)}.`,
  });
}

/** What some writers put for a size that they do not know: such a name says nothing. */
const NO_NAMES = new Set(['none', 'null', 'unknown', 'unk', 'dynamic', 'any', 'dim']);

/** The shape that a file says, without sizes that mean nothing. */
function declaredDims(type: ValueType | undefined): Dims | undefined {
  if (type?.kind !== 'tensor' || type.shape === undefined || type.shape.dims.length > MOST_AXES)
    return undefined;
  return type.shape.dims.map(({ size }): Dim => {
    if (typeof size === 'number') return size > 0 ? size : undefined;
    return size !== undefined && /^[A-Za-z_]\w*$/.test(size) && !NO_NAMES.has(size.toLowerCase())
      ? size
      : undefined;
  });
}

function constantOf(tensor: Tensor): Followed {
  return tensor.dims.length > MOST_AXES ? NOTHING : { dims: tensor.dims, tensor };
}

function addSparse(graph: Graph, { own }: Values): void {
  for (const { values, dims } of graph.sparseInitializers) own.set(values.name ?? '', shaped(dims));
}

function find(values: Values, name: string): Followed | undefined {
  for (let each: Values | undefined = values; each !== undefined; each = each.outer) {
    const found = each.own.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function followNodes(
  nodes: readonly Node[],
  values: Values,
  pass: Pass,
  place: string,
  report: Report | undefined,
): void {
  for (const node of nodes) {
    pass.left -= workOf(node);
    if (pass.left < 0) return;
    const outputs = outputsOf(node, values, pass, (why) =>
      report?.({ ...describeNode(node, { place }), why }),
    );
    for (const [index, name] of node.outputs.entries()) {
      if (name !== '' && !values.own.has(name)) values.own.set(name, bounded(outputs[index] ?? NOTHING));
    }
  }
}

function workOf({ inputs, outputs, attributes }: Node): number {
  const numbers = attributes.map(({ value }) => (value.kind === 'ints' ? value.value.length : 1));
  return numbers.reduce((sum, count) => sum + count, 1 + inputs.length + outputs.length);
}

function bounded({ dims, elements, tensor }: Followed): Followed {
  const follows = elements !== undefined && elements.length <= MOST_ELEMENTS && (dims?.length ?? 2) <= 1;
  return { ...shaped(dims), ...(follows ? { elements } : {}), ...(tensor === undefined ? {} : { tensor }) };
}

function outputsOf(
  node: Node,
  values: Values,
  pass: Pass,
  report: (why: string) => void,
): readonly Followed[] {
  const op = node.op ?? '';
  const domain = canonicalDomain(node.domain);
  if (domain !== '' || pass.rules.functions.has(functionKey(domain, op, node.overload))) return [];
  const inputs = node.inputs.map((name) => (name === '' ? undefined : find(values, name)));
  if (op === 'Constant') return [constantIn(node.attributes[0])];
  if (op === 'If') return branches(node, values, pass);
  if (op === 'Loop') return loop(node, inputs, values, pass);
  const rule = ruleOf(op, pass.version);
  return rule === undefined ? [] : rule(callOf(node, pass.version, inputs, pass.constants, report));
}

function constantIn(attribute: Attribute | undefined): Followed {
  const value: AttributeValue | undefined = attribute?.value;
  switch (value?.kind) {
    case 'tensor':
      return constantOf(value.value);
    case 'sparse_tensor':
      return shaped(value.value.dims);
    case 'int':
      return { dims: [], elements: [Number(value.value)] };
    case 'ints':
      return { dims: [value.value.length], elements: value.value.map(Number) };
    case 'floats':
    case 'strings':
      return { dims: [value.value.length] };
    case 'float':
    case 'string':
      return { dims: [] };
    default:
      return NOTHING;
  }
}

function graphIn(node: Node, name: string): Graph | undefined {
  const value = node.attributes.find((each) => each.name === name)?.value;
  return value?.kind === 'graph' ? value.value : undefined;
}

/** What the outputs of a graph in a node are; `undefined` where that is too much to look at. */
function outputsOfGraph(
  graph: Graph,
  inputs: readonly Followed[],
  outer: Values,
  pass: Pass,
): readonly Followed[] | undefined {
  const values: Values = { own: new Map(), outer };
  for (const [index, { name = '' }] of graph.inputs.entries()) values.own.set(name, inputs[index] ?? NOTHING);
  for (const tensor of graph.initializers) values.own.set(tensor.name ?? '', constantOf(tensor));
  addSparse(graph, values);
  followNodes(graph.nodes, values, pass, '', undefined);
  return pass.left < 0 ? undefined : graph.outputs.map(({ name = '' }) => find(values, name) ?? NOTHING);
}

/** What both branches say. */
function branches(node: Node, values: Values, pass: Pass): readonly Followed[] {
  const [one, other] = ['then_branch', 'else_branch'].map((name) => {
    const graph = graphIn(node, name);
    return graph === undefined ? undefined : outputsOfGraph(graph, [], values, pass);
  });
  if (one === undefined || other === undefined) return [];
  return one.map((each, index) => shaped(common(each.dims, other[index]?.dims)));
}

/** Tries for what goes around in a loop: as it comes in, without sizes that change, and without anything that does. */
const TRIES = 3;

function loop(
  node: Node,
  inputs: readonly (Followed | undefined)[],
  values: Values,
  pass: Pass,
): readonly Followed[] {
  const body = graphIn(node, 'body');
  if (body === undefined) return [];
  const count = Math.max(0, node.inputs.length - 2);
  let states = Array.from({ length: count }, (_, index) => shaped(inputs[index + 2]?.dims));
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const outputs = outputsOfGraph(body, [NOTHING, NOTHING, ...states], values, pass);
    if (outputs === undefined) return [];
    const next = states.map(({ dims }, index) => shaped(common(dims, outputs[index + 1]?.dims)));
    if (next.every(({ dims }, index) => isSame(dims, states[index]?.dims))) {
      const rows = outputs
        .slice(count + 1)
        .map(({ dims }) => shaped(dims === undefined ? undefined : [undefined, ...dims]));
      return [...states, ...rows];
    }
    // The last try supposes nothing of what changed: whatever it leaves unknown stays so.
    states = attempt < TRIES - 2 ? next : next.map(() => NOTHING);
  }
  return [];
}

function isSame(one: Dims | undefined, other: Dims | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((dim, axis) => dim === other[axis]);
}
