import type { NodeDef } from '../../generated/tensorflow/tensorflow_pb.ts';
import { nodeOfInput } from '../../tensorflow/check-graph.ts';
import type { Abstract } from './abstract.ts';
import type { Algebra, Expression } from './expression.ts';
import type { FunctionSource } from './function-bodies.ts';

/** What all evaluations of one graph share. */
export interface Context {
  readonly algebra: Algebra;
  /** How many images callers send. */
  readonly images: Expression;
  readonly functions: FunctionSource;
  /** Nodes that may yet be evaluated. */
  readonly budget: { nodes: number };
}

/** Where names of nodes have a meaning: the graph, or the body of a function. */
export interface Scope {
  readonly nodes: ReadonlyMap<string, NodeDef>;
  /** What is known of the outputs of a node before anything is evaluated. */
  readonly given: (node: string) => Abstract | undefined;
  /** Variables of the loop whose body it is, by the placeholders that stand for them. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** How many evaluations this one is within. */
  readonly depth: number;
}

/** A variable that a loop carries. */
export interface Variable {
  readonly initial: () => Abstract;
  /** What it is in the next turn: a tensor of the body. */
  readonly next: string;
  /** Says whether there is a next turn. */
  readonly condition: () => Abstract;
}

export interface Evaluator {
  /** What is known of a tensor, `node` or `node:1`. */
  value(tensor: string): Abstract;
  /** What a variable of a loop is when the loop has ended. */
  behind(variable: string): Abstract;
}

/** An evaluator as its parts see it. */
export interface Here {
  readonly context: Context;
  readonly scope: Scope;
  readonly value: (tensor: string) => Abstract;
  readonly within: (changes: Partial<Scope>) => Evaluator;
}

/** The node of an input, whether data or control. */
export function nodeAt({ scope }: Here, input: string | undefined): NodeDef | undefined {
  return scope.nodes.get(nodeOfInput(input ?? ''));
}
