import type { NodeDef } from '../../generated/tensorflow/tensorflow_pb.ts';
import { GraphError, type RefusedNode } from '../../graph-error.ts';
import { nodeOfInput } from '../../tensorflow/check-graph.ts';
import { quoted } from '../../tensorflow/refusals.ts';
import { NotConverted } from '../refuse.ts';
import type { Abstract, Picture } from './abstract.ts';
import { type Declared, declarationsOf } from './declare.ts';
import { DECODERS } from './decoders.ts';
import { createEvaluator } from './evaluate.ts';
import { createAlgebra, ORDERS, type Order } from './expression.ts';
import type { FunctionSource } from './function-bodies.ts';

/** Where the images of a placeholder are looked for. */
export interface Search {
  readonly nodes: ReadonlyMap<string, NodeDef>;
  readonly functions: FunctionSource;
  /** The placeholder of strings, and its shape. */
  readonly placeholder: string;
  readonly shape: readonly (number | null)[] | null;
  /** Where the graph is entered otherwise. */
  readonly fed: ReadonlySet<string>;
  readonly outputs: readonly string[];
}

/** Where the network begins: the node whose first output holds the preprocessed images. */
export interface FoundImages {
  readonly node: string;
  readonly declared: Declared;
  /** One where the graph takes a single image. */
  readonly batch: number | null;
}

/** Nodes to follow, over all; bodies of loops are followed once for each of their variables. */
const MAX_NODES = 50_000;

/**
 * Finds the first tensor of floats, of a batch of images or of the only one, that all outputs depend on through it
 * alone, and the declaration of what becomes of an image before it. Throws `GraphError` (`unsupported`) with the
 * nodes that no declaration says. `undefined` where nothing decodes the strings.
 */
export function findImages(search: Search): FoundImages | undefined {
  const candidates = candidatesOf(search);
  if (!candidates.some((name) => decodes(search, name))) return undefined;
  const [first, ...others] = ORDERS.map((order) => lookAt(search, order));
  const refusals: RefusedNode[] = [];
  // What the network behind the images takes, such as weights, tells nothing.
  const way = new Set(candidates);
  const isOnTheWay = ({ node }: RefusedNode): boolean => way.has(node) || !search.nodes.has(node);
  // Each variable of a loop is asked for by what takes it.
  for (const name of candidates.filter((one) => !LOOPS.has(search.nodes.get(one)?.op ?? ''))) {
    const seen = first?.(name) ?? {};
    if ('declared' in seen) {
      refuseOtherWays(search, name);
      return { node: name, declared: declaredByAll(search, name, seen.declared, others), batch: seen.batch };
    }
    if ('refused' in seen) refusals.push(...seen.refused.filter(isOnTheWay));
    if ('isBatch' in seen && seen.isBatch) break;
  }
  throw notDeclared(search, refusals);
}

/** The declaration that is one of images in the other orders as well. */
function declaredByAll(
  search: Search,
  name: string,
  ofFirst: readonly Declared[],
  others: readonly ((name: string) => Seen)[],
): Declared {
  const left = others.reduce((declared, look) => {
    const other = look(name);
    if ('refused' in other) throw notDeclared(search, other.refused);
    const also = new Set('declared' in other ? other.declared.map((one) => JSON.stringify(one)) : []);
    return declared.filter((one) => also.has(JSON.stringify(one)));
  }, ofFirst);
  const [declared] = left;
  if (declared !== undefined) return declared;
  throw notDeclared(search, [refusedAt(search, name, DEPENDS)]);
}

const LOOPS: ReadonlySet<string> = new Set(['While', 'StatelessWhile']);

function decodes({ nodes, functions }: Search, name: string): boolean {
  const node = nodes.get(name);
  if (node === undefined) return false;
  if (DECODERS.has(node.op)) return true;
  return LOOPS.has(node.op) && [...functions(node, 'body').nodes.values()].some(({ op }) => DECODERS.has(op));
}

type Seen =
  | { readonly declared: readonly Declared[]; readonly batch: number | null }
  /** Behind what is a batch of images already, there are none. */
  | { readonly refused: readonly RefusedNode[]; readonly isBatch: boolean }
  | Record<string, never>;

/** Says of a node whether its output is what the network takes, for images of one order. */
function lookAt(search: Search, order: Order): (name: string) => Seen {
  const { placeholder, shape, fed, nodes, functions } = search;
  const algebra = createAlgebra(order);
  const count = shape?.[0];
  const images = typeof count === 'number' ? algebra.number('int', count) : algebra.symbol('images');
  const strings: Abstract = shape?.length === 0 ? { kind: 'encoded', of: 'single' } : { kind: 'strings' };
  const given = (name: string): Abstract | undefined => {
    if (name === placeholder) return strings;
    return fed.has(name)
      ? { kind: 'unknown', causes: [refusedAt(search, name, 'It is another input.')] }
      : undefined;
  };
  const { value } = createEvaluator(
    { algebra, images, functions, budget: { nodes: MAX_NODES } },
    { nodes, given, variables: new Map(), depth: 0 },
  );
  return (name) => {
    const found = value(name);
    if (found.kind === 'unknown') return { refused: found.causes, isBatch: false };
    if (found.kind !== 'picture' || !isWhole(found)) return {};
    try {
      const batch = found.of === 'single' ? 1 : typeof count === 'number' ? count : null;
      return { declared: declarationsOf(algebra, found), batch };
    } catch (error) {
      if (!(error instanceof NotConverted)) throw error;
      return { refused: [refusedAt(search, name, error.message)], isBatch: found.of === 'batch' };
    }
  };
}

/** Whether it is all that callers send, and no step of a loop. */
function isWhole({ of, axes, dtype }: Picture): boolean {
  return of !== 'element' && axes.length === 4 && dtype === 'float32';
}

/** The nodes on the way from the placeholder to the outputs, each behind those that it takes, but in loops. */
function candidatesOf({ nodes, placeholder, fed, outputs }: Search): readonly string[] {
  const users = new Map<string, string[]>();
  for (const { name, input } of nodes.values())
    for (const each of input.filter(isData)) {
      const from = nodeOfInput(each);
      const known = users.get(from);
      if (known === undefined) users.set(from, [name]);
      else known.push(name);
    }
  const behind = new Set([placeholder]);
  // A Set gives what is added while it is walked as well.
  for (const name of behind) for (const user of users.get(name) ?? []) if (!fed.has(user)) behind.add(user);
  return sortedFrom(outputs, nodes).filter((name) => name !== placeholder && behind.has(name));
}

function sortedFrom(outputs: readonly string[], nodes: ReadonlyMap<string, NodeDef>): readonly string[] {
  const sorted: string[] = [];
  const entered = new Set<string>();
  const open = outputs.toReversed().map((name) => ({ name, left: false }));
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    if (top.left) sorted.push(top.name);
    if (top.left || entered.has(top.name)) continue;
    entered.add(top.name);
    open.push({ ...top, left: true });
    const inputs = nodes.get(top.name)?.input.filter(isData) ?? [];
    open.push(...inputs.toReversed().map((input) => ({ name: nodeOfInput(input), left: false })));
  }
  return sorted;
}

/** Refuses a graph whose outputs need the strings besides what becomes of them as images. */
function refuseOtherWays(search: Search, cut: string): void {
  const { nodes, fed, placeholder, outputs } = search;
  const seen = new Set(outputs);
  const ways: RefusedNode[] = [];
  for (const name of seen) {
    if (name === cut || fed.has(name)) continue;
    for (const input of nodes.get(name)?.input.filter(isData) ?? []) {
      const from = nodeOfInput(input);
      if (from === placeholder)
        ways.push(refusedAt(search, name, 'It takes the encoded images beside the images themselves.'));
      seen.add(from);
    }
  }
  if (ways.length > 0) throw notDeclared(search, ways);
}

function isData(input: string): boolean {
  return !input.startsWith('^');
}

function refusedAt({ nodes }: Search, node: string, why: string): RefusedNode {
  return { node, op: nodes.get(node)?.op ?? '', why, instead: INSTEAD };
}

const DEPENDS = 'It is another picture of images that are higher than wide, or as high as wide.';

const INSTEAD = 'Change it, or name the tensor of floats behind it as the input.';

/** Nodes that a message tells of. */
const MOST_TOLD = 50;

function notDeclared({ placeholder }: Search, refused: readonly RefusedNode[]): GraphError {
  const told = [...new Map(refused.map((one) => [one.node, one])).values()].slice(0, MOST_TOLD);
  const lines = told.map(({ node, op, why }) => `\n- ${quoted(node)} (${op}): ${why}`).join('');
  return new GraphError(
    'unsupported',
    `What becomes of the images of ${quoted(`${placeholder}:0`)} before the network is not what a declaration of images can say exactly:${lines}\nChange these nodes; or name the tensor of floats that the network takes as the input, and declare in signature.json how its images are made.`,
    { nodes: told },
  );
}
