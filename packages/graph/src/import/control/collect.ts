import { create } from '@bufbuild/protobuf';
import { type NodeDef, NodeDefSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import { outputAt, tensorAt, tensorInputs } from './subgraph.ts';

/** Takes a part of a graph out, with what it takes from the rest as parameters. */
export interface Collector {
  /**
   * The nodes between the tensors and where the part begins, and what the tensors are in it. What does not depend on
   * where it begins stays outside. `undefined` where the nodes have a cycle.
   */
  readonly collect: (
    tensors: readonly string[],
  ) => { readonly nodes: readonly NodeDef[]; readonly results: readonly string[] } | undefined;
  /** What the parameters stand for outside, in their order; it grows while parts are collected. */
  readonly taken: readonly string[];
}

/**
 * `begins` says of a tensor, when the part begins there, what it stands for outside; `first` is what the first
 * parameters stand for. Parameters have the name `scope~` and a number. `find` gives the nodes as they are when asked;
 * `spend` is told how many were looked at.
 */
export function createCollector(
  scope: string,
  find: (name: string) => NodeDef | undefined,
  begins: (tensor: string) => string | undefined,
  spend: (nodes: number) => void,
  first: readonly string[] = [],
): Collector {
  const taken: string[] = [];
  const parameters = new Map<string, string>();
  const parameterOf = (outside: string): string => {
    const known = parameters.get(outside);
    if (known !== undefined) return known;
    const name = `${scope}~${taken.length}`;
    taken.push(outside);
    parameters.set(outside, name);
    return name;
  };
  for (const outside of first) parameterOf(outside);
  return {
    taken,
    collect: (tensors) => {
      const inside = nodesInside(tensors, find, begins, spend);
      if (inside === undefined) return undefined;
      const within = (tensor: string): string => {
        const outside = begins(tensor);
        if (outside !== undefined) return parameterOf(outside);
        return inside.has(outputAt(tensor).node) ? tensor : parameterOf(tensor);
      };
      const nodes = [...inside.values()].map((node) =>
        create(NodeDefSchema, {
          name: node.name,
          op: node.op,
          input: tensorInputs(node).map((input) => within(tensorAt(outputAt(input)))),
          attr: node.attr,
        }),
      );
      return { nodes, results: tensors.map(within) };
    },
  };
}

/** The nodes that the tensors depend on and that depend on where the part begins, by their names. */
function nodesInside(
  tensors: readonly string[],
  find: (name: string) => NodeDef | undefined,
  begins: (tensor: string) => string | undefined,
  spend: (nodes: number) => void,
): ReadonlyMap<string, NodeDef> | undefined {
  const inside = new Map<string, NodeDef>();
  const done = new Set<string>();
  const open = new Set<string>();
  const path: { readonly node: NodeDef; readonly rest: string[] }[] = [];
  let cycle = false;
  const enter = (tensor: string): void => {
    const node = begins(tensor) === undefined ? find(outputAt(tensor).node) : undefined;
    if (node === undefined || done.has(node.name)) return;
    if (open.has(node.name)) cycle = true;
    else {
      open.add(node.name);
      path.push({ node, rest: tensorInputs(node).map((input) => tensorAt(outputAt(input))) });
    }
  };
  for (const tensor of tensors) {
    enter(tensor);
    for (let top = path.at(-1); top !== undefined && !cycle; top = path.at(-1)) {
      const next = top.rest.pop();
      if (next !== undefined) enter(next);
      else {
        path.pop();
        open.delete(top.node.name);
        done.add(top.node.name);
        spend(1);
        const within = tensorInputs(top.node).map((input) => tensorAt(outputAt(input)));
        if (within.some((input) => begins(input) !== undefined || inside.has(outputAt(input).node)))
          inside.set(top.node.name, top.node);
      }
    }
  }
  return cycle ? undefined : inside;
}
