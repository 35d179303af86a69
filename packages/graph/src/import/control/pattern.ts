import type { Node } from '../../onnx/model.ts';
import type { Emitter } from '../emitter.ts';
import type { Dims, Value } from '../value.ts';
import type { Round } from './round.ts';

/** Asks what the tensors of a round are made of. */
export interface Pattern {
  /** What the op that makes the tensor takes; `undefined` where another op makes it, or none of this round. */
  readonly inputs: (tensor: string, op: string) => readonly string[] | undefined;
  /** As `inputs`, of an op of two inputs, in both orders. */
  readonly either: (tensor: string, op: string) => readonly (readonly [string, string])[];
  /** The node that makes the tensor, and which of its outputs it is. */
  readonly maker: (tensor: string) => { readonly node: Node; readonly index: number } | undefined;
  /** A tensor that is the same in each round. */
  readonly outer: (tensor: string) => Value | undefined;
  readonly shape: (tensor: string) => Dims;
  /** Whole numbers of a constant. */
  readonly integers: (tensor: string) => readonly (number | null)[] | undefined;
}

export function patternOf(round: Round, outside: readonly Value[], emitter: Emitter): Pattern {
  const makers = new Map(
    round.emitter.nodes.flatMap((node) =>
      node.outputs.map((name, index) => [name, { node, index }] as const),
    ),
  );
  const known = new Map(outside.map((value) => [value.name, value]));
  const inputs = (tensor: string, op: string): readonly string[] | undefined => {
    const node = makers.get(tensor)?.node;
    return node?.op === op ? node.inputs : undefined;
  };
  const outer = (tensor: string): Value | undefined => {
    if (makers.has(tensor) || round.carried.has(tensor)) return undefined;
    const found = known.get(tensor) ?? emitter.constant(tensor);
    // All that this is asked for besides constants and what the loop is given computes with float32.
    return found ?? { name: tensor, dtype: 'float32', shape: emitter.shapes.get(tensor) ?? null };
  };
  return {
    inputs,
    outer,
    maker: (tensor) => makers.get(tensor),
    either: (tensor, op) => {
      const [a, b] = inputs(tensor, op) ?? [];
      if (a === undefined || b === undefined) return [];
      return [
        [a, b],
        [b, a],
      ];
    },
    shape: (tensor) => emitter.shapes.get(tensor) ?? null,
    integers: (tensor) => emitter.constant(tensor)?.known,
  };
}

/** What one of several inputs matches, the first that does. */
export function firstOf<A, B>(from: readonly A[], match: (one: A) => B | undefined): B | undefined {
  for (const one of from) {
    const found = match(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An attribute of whole numbers; `undefined` where it is left out. */
export function wholeAttribute({ attributes }: Node, name: string): number | undefined {
  const value = attributes.find((attribute) => attribute.name === name)?.value;
  return value?.kind === 'int' ? Number(value.value) : undefined;
}
