import { isDeepStrictEqual } from 'node:util';
import { GraphError } from '../../graph-error.ts';
import { canonicalDomain } from '../check/operators.ts';
import { functionKey, typeText } from '../check/scope.ts';
import type { Entry, Graph, ModelFunction, OnnxModel, OperatorSet } from '../model.ts';
import { allNames, renamed, renamedThroughout } from './names.ts';

export interface AttachOptions {
  /** For each input of the second model that is joined: the output of the first one that it takes. */
  readonly joins: Readonly<Record<string, string>>;
  /** Before all names of values and nodes of a model; inputs and outputs that stay are named so, too. */
  readonly prefixes?: { readonly first?: string; readonly second?: string } | undefined;
  /** What the second model computes inside under a name that the first one has, too, gets a number behind it. */
  readonly renameInside?: boolean | undefined;
  /** Outputs of the first model that stay outputs, besides those that are not joined. */
  readonly keep?: readonly string[] | undefined;
}

/**
 * Joins two models to one: the outputs of the first are inputs of the second. What the models say of themselves is the
 * second's, with metadata of both. Throws `invalid_argument` if names clash (give a prefix), if element types or versions
 * of operator sets differ, and for joins that are no input or output.
 */
export function attach(first: OnnxModel, second: OnnxModel, options: AttachOptions): OnnxModel {
  const { joins, keep = [], prefixes = {}, renameInside = false } = options;
  checkJoins(first.graph, second.graph, joins);
  const before = prefixed(first.graph, prefixes.first ?? '');
  const names = new Map(Object.entries(joins).map(([to, from]) => [to, `${prefixes.first ?? ''}${from}`]));
  const own = prefixes.second ?? '';
  const after = renameInside ? apart(prefixed(second.graph, own), before) : prefixed(second.graph, own);
  const joined = new Map([...names].map(([to, from]) => [`${own}${to}`, from]));
  const clash = [...allNames(before)].filter((name) => allNames(after).has(name) && !joined.has(name));
  if (clash.length > 0) {
    const said = `Both models have ${clash.slice(0, 10).join(', ')}: give a prefix to one of them.`;
    throw new GraphError('invalid_argument', said);
  }
  const taking = renamed(after, (name) => joined.get(name) ?? name);
  const used = new Set(joined.values());
  const kept = new Set(keep.map((name) => `${prefixes.first ?? ''}${name}`));
  const staying = before.outputs.filter(({ name = '' }) => !used.has(name) || kept.has(name));
  return {
    ...second,
    irVersion: Math.max(first.irVersion ?? 0, second.irVersion ?? 0),
    opsets: joinOpsets(first.opsets, second.opsets),
    metadata: joinMetadata(first.metadata, second.metadata),
    functions: joinFunctions(first.functions, second.functions),
    graph: {
      ...taking,
      nodes: [...before.nodes, ...taking.nodes],
      initializers: [...before.initializers, ...taking.initializers],
      sparseInitializers: [...before.sparseInitializers, ...taking.sparseInitializers],
      inputs: [...before.inputs, ...taking.inputs.filter(({ name = '' }) => !used.has(name))],
      outputs: [...staying, ...taking.outputs],
      valueInfo: [
        ...before.valueInfo,
        ...before.outputs.filter((each) => !staying.includes(each)),
        ...taking.valueInfo,
      ],
      annotations: [...before.annotations, ...taking.annotations],
    },
  };
}

function checkJoins(first: Graph, second: Graph, joins: Readonly<Record<string, string>>): void {
  for (const [to, from] of Object.entries(joins)) {
    const input = second.inputs.find(({ name }) => name === to);
    const output = first.outputs.find(({ name }) => name === from);
    if (input === undefined) throw new GraphError('invalid_argument', `The second model has no input ${to}.`);
    if (output === undefined)
      throw new GraphError('invalid_argument', `The first model has no output ${from}.`);
    const [made, taken] = [typeText(output.type), typeText(input.type)];
    if (made !== undefined && taken !== undefined && made !== taken) {
      throw new GraphError(
        'invalid_argument',
        `${from} is ${made}, and ${to} takes ${taken}: put a Cast between.`,
      );
    }
  }
}

function prefixed(graph: Graph, prefix: string): Graph {
  if (prefix === '') return graph;
  const nodes = graph.nodes.map((node) => {
    return node.name === undefined || node.name === '' ? node : { ...node, name: `${prefix}${node.name}` };
  });
  return renamedThroughout({ ...graph, nodes }, (name) => `${prefix}${name}`);
}

/** Inputs and outputs keep their names: callers and joins know them. */
function apart(graph: Graph, from: Graph): Graph {
  const [own, theirs] = [allNames(graph), allNames(from)];
  const ends = new Set([...graph.inputs, ...graph.outputs].map(({ name = '' }) => name));
  const taken = new Set([...own, ...theirs]);
  const others = new Map<string, string>();
  for (const name of own) {
    if (!theirs.has(name) || ends.has(name)) continue;
    let number = 1;
    while (taken.has(`${name}_${number}`)) number += 1;
    taken.add(`${name}_${number}`);
    others.set(name, `${name}_${number}`);
  }
  return others.size === 0 ? graph : renamedThroughout(graph, (name) => others.get(name) ?? name);
}

function joinOpsets(first: readonly OperatorSet[], second: readonly OperatorSet[]): readonly OperatorSet[] {
  const added = first.filter((opset) => {
    const domain = canonicalDomain(opset.domain);
    const other = second.find((each) => canonicalDomain(each.domain) === domain);
    if (other === undefined || other.version === opset.version) return other === undefined;
    const title = domain === '' ? 'ONNX' : domain;
    const said = `The models import versions ${opset.version} and ${other.version} of ${title}: they must be the same.`;
    throw new GraphError('invalid_argument', said);
  });
  return [...second, ...added];
}

function joinMetadata(first: readonly Entry[], second: readonly Entry[]): readonly Entry[] {
  const there = new Set(second.map(({ key }) => key));
  return [...first.filter(({ key }) => !there.has(key)), ...second];
}

function joinFunctions(
  first: readonly ModelFunction[],
  second: readonly ModelFunction[],
): readonly ModelFunction[] {
  const keyOf = (each: ModelFunction): string =>
    functionKey(canonicalDomain(each.domain), each.name ?? '', each.overload);
  const there = new Map(second.map((each) => [keyOf(each), each]));
  const added = first.filter((each) => {
    const other = there.get(keyOf(each));
    if (other === undefined || isDeepStrictEqual(other, each)) return other === undefined;
    throw new GraphError('invalid_argument', `The models have different functions named ${each.name ?? ''}.`);
  });
  return [...second, ...added];
}
