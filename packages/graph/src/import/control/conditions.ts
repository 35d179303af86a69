import { onnxTypeNumber } from '../emitter.ts';
import { input, type Mapper, type Operation, step } from '../operation.ts';
import { NotConverted, RefusedWithin } from '../refuse.ts';
import type { Value } from '../value.ts';
import { elementOf, grown, joined } from './list.ts';
import { nestedGraph } from './nested-graph.ts';
import type { Subgraph } from './subgraph.ts';

/** ONNX computes one of two graphs, as TensorFlow does. A predicate that is known takes its branch at once. */
const condition: Mapper = (operation) => {
  const { node, inputs, emitter } = operation;
  const predicate = truthOf(operation, input(operation, 0));
  const given = inputs.slice(1);
  const branches = ['then_branch', 'else_branch'].map((name) => operation.subgraph(name, given.length));
  const [then, otherwise] = branches as [Subgraph, Subgraph];
  if (predicate.constant instanceof Uint8Array) {
    const taken = predicate.constant[0] === 1 ? then : otherwise;
    return operation.mapSubgraph(taken, given, emitter.renaming());
  }
  const into = [emitter.nested(), emitter.nested()] as const;
  const [yes, no] = bothOf(
    () => operation.mapSubgraph(then, given, into[0]),
    () => operation.mapSubgraph(otherwise, given, into[1]),
  );
  if (yes.length !== no.length)
    throw new NotConverted('Its branches give different numbers of tensors.', 'Save the model again.');
  const pairs = yes.map((one, index) => {
    const other = no[index] as Value;
    // What is an empty list, whichever branch is taken, needs no tensor.
    if (one.name === other.name && one.list?.kind === 'empty') return one;
    return [
      grown({ scope: node.name, emitter: into[0] }, one, elementOf(other)),
      grown({ scope: node.name, emitter: into[1] }, other, elementOf(one)),
    ] as const;
  });
  const computed = pairs.filter((pair) => 'length' in pair);
  const results = computed.map(([a, b]) => resultOf(a, b));
  const names = pairs.flatMap((pair, index) => ('length' in pair ? [`${node.name}:${index}`] : []));
  const graphOf = (side: 0 | 1, name: string) =>
    nestedGraph(
      `${node.name}~${name}`,
      into[side],
      [],
      computed.map((pair) => pair[side]),
    );
  const attributes = {
    then_branch: { graph: graphOf(0, 'then') },
    else_branch: { graph: graphOf(1, 'else') },
  };
  const outputs =
    computed.length === 0 ? [] : emitter.emitAll(node.name, 'If', [predicate], results, attributes, names);
  const rest = outputs.values();
  return pairs.map((pair) => ('length' in pair ? (rest.next().value as Value) : pair));
};

/** Runs both, so that all that is wrong in either is reported. */
export function bothOf<A, B>(first: () => A, second: () => B): readonly [A, B] {
  let refused: RefusedWithin | undefined;
  let a: A | undefined;
  try {
    a = first();
  } catch (error) {
    if (!(error instanceof RefusedWithin)) throw error;
    refused = error;
  }
  const b = second();
  if (refused !== undefined) throw refused;
  return [a as A, b];
}

function resultOf(a: Value, b: Value): Omit<Value, 'name'> {
  if (a.dtype !== b.dtype)
    throw new NotConverted(
      `Its branches give ${a.dtype} and ${b.dtype}.`,
      'Give the same type in both branches.',
    );
  const kind = [a, b].some(({ list }) => list?.kind === 'grown') ? 'grown' : 'whole';
  const list = a.list === undefined && b.list === undefined ? undefined : ({ kind } as const);
  return { dtype: a.dtype, shape: joined(a.shape, b.shape), ...(list && { list }) };
}

/** A predicate as a truth value: a number is true unless it is 0. */
function truthOf(operation: Operation, predicate: Value): Value {
  const { dtype, shape } = predicate;
  if (shape !== null && shape.length > 0)
    throw new NotConverted('Its predicate is no single value.', 'Decide by a single truth value.');
  return dtype === 'bool'
    ? predicate
    : step(operation, 'Cast', [predicate], { dtype: 'bool', shape }, { to: onnxTypeNumber('bool') });
}

/** Branches. */
export const CONDITIONS: Readonly<Record<string, Mapper>> = { If: condition, StatelessIf: condition };
