import { create } from '@bufbuild/protobuf';
import { type NodeDef, NodeDefSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import { nodeOfInput } from '../../tensorflow/check-graph.ts';
import { createCollector } from './collect.ts';
import { isMerge, isSwitch } from './live-branches.ts';
import { identityOf, type RaisedGraphs } from './raised.ts';
import { behind, outputAt, tensorAt, tensorInputs } from './subgraph.ts';

type Nodes = ReadonlyMap<string, NodeDef>;

/** A Merge of a condition: what it gives when the predicate is true, and when not. */
interface Merge {
  readonly node: NodeDef;
  readonly predicate: string;
  readonly whenTrue: string;
  readonly whenFalse: string;
}

/** Which side of which predicate a tensor is computed on. */
interface Side {
  readonly predicate: string;
  readonly truth: boolean;
}

/**
 * Makes an If of the Merges of each condition of TensorFlow 1, inner ones first; they become Identities of its
 * outputs. A Merge that is not one of two sides of a predicate stays. `nodes` have no loops that could be raised.
 */
export function raiseConditions(nodes: readonly NodeDef[], raised: RaisedGraphs): readonly NodeDef[] {
  const levels = mergesByLevel(nodes);
  if (levels.length === 0) return nodes;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  for (const level of levels) {
    const merges = level.flatMap((node) => mergeOf(node, byName, raised) ?? []);
    for (const group of Map.groupBy(merges, ({ predicate }) => predicate).values())
      for (const node of raisedCondition(group, byName, raised)) byName.set(node.name, node);
  }
  return [...byName.values()];
}

/** The Merges that are of no loop, each behind all that it depends on. */
function mergesByLevel(nodes: readonly NodeDef[]): readonly (readonly NodeDef[])[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const depths = new Map<string, number>();
  const levels = new Map<number, NodeDef[]>();
  const loopMerge = (node: NodeDef): boolean =>
    tensorInputs(node).some((input) => byName.get(outputAt(input).node)?.op.endsWith('NextIteration'));
  const sourcesOf = (node: NodeDef): string[] =>
    node.op.endsWith('NextIteration') ? [] : tensorInputs(node).map((input) => outputAt(input).node);
  for (const start of nodes) {
    const path = [{ node: start, rest: sourcesOf(start) }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.pop();
      const source = next === undefined || depths.has(next) ? undefined : byName.get(next);
      if (source !== undefined) path.push({ node: source, rest: sourcesOf(source) });
      if (next !== undefined) continue;
      path.pop();
      const { node } = top;
      if (depths.has(node.name)) continue;
      const depth = Math.max(0, ...sourcesOf(node).map((name) => depths.get(name) ?? 0));
      const counts = isMerge(node) && !loopMerge(node);
      if (counts) levels.set(depth, [...(levels.get(depth) ?? []), node]);
      depths.set(node.name, depth + (counts ? 1 : 0));
    }
  }
  return [...levels].toSorted(([a], [b]) => a - b).map(([, merges]) => merges);
}

function mergeOf(node: NodeDef, nodes: Nodes, raised: RaisedGraphs): Merge | undefined {
  const inputs = tensorInputs(node).map((input) => tensorAt(outputAt(input)));
  const [first, second] = inputs;
  if (first === undefined || second === undefined || inputs.length > 2) return undefined;
  const [a, b] = [sideOf(first, nodes, raised), sideOf(second, nodes, raised)];
  if (a === undefined || b === undefined) return undefined;
  const one = a ?? b;
  if (one === null) return undefined;
  const truth = a === null ? !one.truth : one.truth;
  if (a !== null && b !== null && (a.predicate !== b.predicate || a.truth === b.truth)) return undefined;
  const [whenTrue, whenFalse] = truth ? [first, second] : [second, first];
  return { node, predicate: one.predicate, whenTrue, whenFalse };
}

/**
 * The side that a tensor is computed on, by the Switches that it depends on first; by those that it only runs behind
 * where there are none. `null` where nothing says it, `undefined` where it depends on several sides.
 */
function sideOf(tensor: string, nodes: Nodes, raised: RaisedGraphs): Side | null | undefined {
  const byData = sidesBehind(tensor, nodes, raised, false);
  const sides = byData.length > 0 ? byData : sidesBehind(tensor, nodes, raised, true);
  const [first] = sides;
  if (first === undefined) return null;
  const one = sides.every(({ predicate, truth }) => predicate === first.predicate && truth === first.truth);
  return one ? first : undefined;
}

function sidesBehind(tensor: string, nodes: Nodes, raised: RaisedGraphs, order: boolean): readonly Side[] {
  const sides: Side[] = [];
  const seen = new Set<string>();
  const waiting = [tensor];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node: name, index } = outputAt(next);
    const node = nodes.get(name);
    if (node === undefined || seen.has(next)) continue;
    seen.add(next);
    raised.spend(1);
    const predicate = isSwitch(node) ? tensorInputs(node)[1] : undefined;
    if (predicate !== undefined) sides.push({ predicate: behind(nodes, predicate), truth: index === 1 });
    else if (order)
      waiting.push(...node.input.map((input) => (input.startsWith('^') ? nodeOfInput(input) : input)));
    else waiting.push(...tensorInputs(node));
  }
  return sides;
}

/** The If, and what stands in the place of the Merges; nothing where the nodes have a cycle. */
function raisedCondition(merges: readonly Merge[], nodes: Nodes, raised: RaisedGraphs): readonly NodeDef[] {
  const [first] = merges;
  if (first === undefined) return [];
  const { predicate } = first;
  const begins = (tensor: string): string | undefined => {
    const node = nodes.get(outputAt(tensor).node);
    const [data, decides] = node !== undefined && isSwitch(node) ? tensorInputs(node) : [];
    if (data === undefined || decides === undefined || behind(nodes, decides) !== predicate) return undefined;
    return tensorAt(outputAt(data));
  };
  const scope = `${first.node.name}~if`;
  const collector = createCollector(scope, (name) => nodes.get(name), begins, raised.spend);
  const then = collector.collect(merges.map(({ whenTrue }) => whenTrue));
  const otherwise = collector.collect(merges.map(({ whenFalse }) => whenFalse));
  if (then === undefined || otherwise === undefined) return [];
  const parameters = collector.taken.map((_, index) => `${scope}~${index}`);
  const attr = {
    then_branch: raised.add(`${scope}~then`, { parameters, ...then }),
    else_branch: raised.add(`${scope}~else`, { parameters, ...otherwise }),
  };
  return [
    create(NodeDefSchema, { name: scope, op: 'If', input: [predicate, ...collector.taken], attr }),
    ...merges.map(({ node }, index) => identityOf(node.name, `${scope}:${index}`)),
  ];
}
