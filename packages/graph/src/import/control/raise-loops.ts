import { create } from '@bufbuild/protobuf';
import { type NodeDef, NodeDefSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import { createCollector } from './collect.ts';
import { isMerge, isSwitch } from './live-branches.ts';
import { identityOf, type RaisedGraphs } from './raised.ts';
import { outputAt, tensorAt, tensorInputs } from './subgraph.ts';

/** Loops within loops beyond this are no model's. */
const MAX_DEPTH = 32;

/** A loop of TensorFlow 1, as its nodes say it. */
interface Loop {
  /** The LoopCond. */
  readonly name: string;
  readonly predicate: string;
  readonly variables: readonly Variable[];
  readonly exits: readonly NodeDef[];
}

/** What a loop carries from one round to the next. */
interface Variable {
  readonly switch: string;
  readonly merge: string;
  /** Tensors: before the first round, and behind each. */
  readonly initial: string;
  readonly next: string;
}

/**
 * Makes a While of each loop of TensorFlow 1 (Enter, Merge, LoopCond, Switch, NextIteration, Exit), inner ones first;
 * its exits become Identities of the While's outputs. What the loop is made of stays, and nothing needs it. A loop
 * that is not of this form stays whole.
 */
export function raiseLoops(nodes: readonly NodeDef[], raised: RaisedGraphs): readonly NodeDef[] {
  const loops = loopsOf(nodes);
  if (loops.length === 0) return nodes;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const loopOfExit = new Map(loops.flatMap((loop) => loop.exits.map((exit) => [exit.name, loop] as const)));
  const begun = new Set<Loop>();
  const raise = (loop: Loop, depth: number): void => {
    if (begun.has(loop) || depth > MAX_DEPTH) return;
    begun.add(loop);
    const find = (name: string): NodeDef | undefined => {
      const inner = loopOfExit.get(name);
      if (inner !== undefined) raise(inner, depth + 1);
      return byName.get(name);
    };
    for (const node of raisedLoop(loop, find, raised)) byName.set(node.name, node);
  };
  for (const loop of loops) raise(loop, 0);
  return [...byName.values()];
}

function loopsOf(nodes: readonly NodeDef[]): readonly Loop[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const source = (node: NodeDef | undefined, index: number): NodeDef | undefined => {
    const input = node === undefined ? undefined : tensorInputs(node)[index];
    return input === undefined ? undefined : byName.get(outputAt(input).node);
  };
  const variables = new Map<string, Variable[]>();
  const exits = Map.groupBy(
    nodes.filter(({ op }) => op === 'Exit' || op === 'RefExit'),
    (exit) => source(exit, 0)?.name,
  );
  for (const node of nodes) {
    const predicate = isSwitch(node) ? source(node, 1) : undefined;
    if (predicate?.op !== 'LoopCond') continue;
    const merge = source(node, 0);
    const [enter, next] = [source(merge, 0), source(merge, 1)];
    const [initial, after] = [enter && tensorInputs(enter)[0], next && tensorInputs(next)[0]];
    const formed = merge !== undefined && isMerge(merge) && isEnter(enter) && isNext(next);
    if (!formed || initial === undefined || after === undefined) continue;
    const list = variables.get(predicate.name) ?? [];
    variables.set(predicate.name, list);
    list.push({ switch: node.name, merge: merge.name, initial, next: after });
  }
  return nodes.flatMap((node) => {
    const carried = variables.get(node.name);
    const [predicate] = tensorInputs(node);
    if (node.op !== 'LoopCond' || predicate === undefined || carried === undefined) return [];
    return [
      {
        name: node.name,
        predicate,
        variables: carried,
        exits: carried.flatMap((variable) => exits.get(variable.switch) ?? []),
      },
    ];
  });
}

function isEnter(node: NodeDef | undefined): boolean {
  return node?.op === 'Enter' || node?.op === 'RefEnter';
}

function isNext(node: NodeDef | undefined): boolean {
  return node?.op === 'NextIteration' || node?.op === 'RefNextIteration';
}

/** The While and what stands in the place of the exits; nothing where the loop cannot be taken apart. */
function raisedLoop(
  { name, predicate, variables, exits }: Loop,
  find: (name: string) => NodeDef | undefined,
  raised: RaisedGraphs,
): readonly NodeDef[] {
  const carried = new Map<string, string>();
  const numbers = new Map<string, number>();
  // No tensor has such a name: variables that begin with the same one are variables of their own.
  const keys = variables.map((_, index) => `${name}~variable${index}`);
  for (const [index, variable] of variables.entries()) {
    carried.set(`${variable.merge}:0`, keys[index] as string);
    carried.set(`${variable.switch}:1`, keys[index] as string);
    numbers.set(variable.switch, index);
  }
  const begins = (tensor: string): string | undefined => {
    const known = carried.get(tensor);
    if (known !== undefined) return known;
    const enter = find(outputAt(tensor).node);
    const [outside] = enter !== undefined && isEnter(enter) ? tensorInputs(enter) : [];
    return outside === undefined ? undefined : tensorAt(outputAt(outside));
  };
  const scope = `${name}~loop`;
  const collector = createCollector(scope, find, begins, raised.spend, keys);
  const condition = collector.collect([tensorAt(outputAt(predicate))]);
  const body = collector.collect(variables.map(({ next }) => tensorAt(outputAt(next))));
  if (condition === undefined || body === undefined) return [];
  const captured = collector.taken.slice(variables.length);
  const parameters = collector.taken.map((_, index) => `${scope}~${index}`);
  const unchanged = parameters.slice(variables.length);
  const attr = {
    cond: raised.add(`${scope}~cond`, { parameters, ...condition }),
    body: raised.add(`${scope}~body`, {
      parameters,
      nodes: body.nodes,
      results: [...body.results, ...unchanged],
    }),
  };
  const input = [...variables.map(({ initial }) => initial), ...captured];
  return [
    create(NodeDefSchema, { name: scope, op: 'While', input, attr }),
    ...exits.map((exit) => {
      const index = numbers.get(outputAt(tensorInputs(exit)[0] ?? '').node) ?? 0;
      return identityOf(exit.name, `${scope}:${index}`);
    }),
  ];
}
