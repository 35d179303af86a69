import type { NodeDef } from '../../generated/tensorflow/tensorflow_pb.ts';
import { nodeOfInput } from '../../tensorflow/check-graph.ts';
import type { Abstract } from './abstract.ts';
import type { Expression } from './expression.ts';
import { INDEX } from './list-rules.ts';
import { type Evaluator, type Here, nodeAt, type Variable } from './scope.ts';
import { notSaid, Unresolved } from './step.ts';

/** What a variable is in the body of its loop, and behind it where that is known. */
interface Carried {
  readonly inside: Abstract;
  readonly behind: Abstract | undefined;
}

interface Loops {
  /** Whether a Merge is a variable of a loop of TensorFlow 1. */
  isVariable(merge: NodeDef): boolean;
  inside(variable: string): Abstract;
  behind(variable: string): Abstract;
  /** What leaves a loop of TensorFlow 1. */
  behindExit(exit: NodeDef): Abstract;
  /** What leaves a loop of TensorFlow 2, by the number of the variable. */
  behindWhile(node: NodeDef, index: number): Abstract;
}

/** Understands loops that go over all images once and keep one picture of each. Throws for what others do. */
export function createLoops(here: Here): Loops {
  const { context, scope } = here;
  const { algebra, images } = context;
  const carried = new Map<string, Carried>();
  const bodies = new Map<string, { readonly body: Evaluator; readonly arguments: readonly string[] }>();

  /** The input of a Merge that comes from the turn before. */
  function turnOf({ input }: NodeDef): string | undefined {
    const turns = input.filter((each) => /^(Ref)?NextIteration$/.test(nodeAt(here, each)?.op ?? ''));
    return turns.length === 1 && input.filter((each) => !each.startsWith('^')).length === 2
      ? turns[0]
      : undefined;
  }

  function variableOf(name: string): Variable {
    const argument = scope.variables.get(name);
    if (argument !== undefined) return argument;
    const merge = scope.nodes.get(name);
    const next = merge && turnOf(merge);
    const initial = merge?.input.find((input) => input !== next);
    if (next === undefined || initial === undefined)
      throw notSaid('It is not known when the model is converted.');
    return { initial: () => here.value(initial), next, condition: () => here.value(conditionOf(name)) };
  }

  /** What says whether a loop of TensorFlow 1 goes on, found where its variable may leave it. */
  function conditionOf(merge: string): string {
    for (const { op, input } of scope.nodes.values()) {
      const condition = nodeAt(here, input[1]);
      if (/^(Ref)?Switch$/.test(op) && nodeOfInput(input[0] ?? '') === merge && condition?.op === 'LoopCond')
        return condition.input[0] ?? '';
    }
    throw notSaid('The loop has no end.');
  }

  function carriedBy(name: string): Carried {
    const found = carried.get(name);
    if (found !== undefined) return found;
    const variable = variableOf(name);
    const made = carry(name, variable, variable.initial());
    carried.set(name, made);
    return made;
  }

  /** Finds out what a loop does to a variable: nothing, count images, or fill a list with a picture of each. */
  function carry(name: string, variable: Variable, initial: Abstract): Carried {
    if (initial.kind === 'unknown') throw new Unresolved(initial);
    const symbol = algebra.symbol(`variable ${name}`);
    const counts = initial.kind === 'numbers' && initial.shape.length === 0;
    const assumed: Abstract = counts ? { ...initial, elements: [symbol] } : { kind: 'variable', name };
    const next = nextOf(name, variable, assumed);
    const isSame = counts ? numberOf(next) === symbol : next.kind === 'variable' && next.name === name;
    if (isSame) return { inside: initial, behind: initial };
    if (initial.kind === 'numbers') return counted(initial, symbol, numberOf(next));
    if (initial.kind !== 'room' || next.kind !== 'written' || next.name !== name)
      throw notSaid('The loop carries it from one image to the next.');
    if (next.index !== algebra.symbol(INDEX) || initial.size !== images)
      throw notSaid('The loop does not keep one picture of each image.');
    checkTurns(variable);
    return { inside: assumed, behind: { kind: 'mapped', element: next.element } };
  }

  function nextOf(name: string, variable: Variable, assumed: Abstract): Abstract {
    const given = (node: string) => (node === name ? assumed : scope.given(node));
    const next = here.within({ given }).value(variable.next);
    if (next.kind === 'unknown') throw new Unresolved(next);
    return next;
  }

  function counted(
    initial: Abstract & { readonly kind: 'numbers' },
    symbol: Expression,
    next: Expression | undefined,
  ): Carried {
    const oneMore = algebra.apply('add', [symbol, algebra.number('int', 1)]);
    if (next !== oneMore || initial.elements[0] !== algebra.number('int', 0))
      throw notSaid('The loop counts otherwise than one by one from 0.');
    return { inside: { ...initial, elements: [algebra.symbol(INDEX)] }, behind: undefined };
  }

  /** A loop over all images goes on while its place is less than their number, and for no other reason. */
  function checkTurns({ condition }: Variable): void {
    const said = condition();
    if (said.kind === 'unknown') throw new Unresolved(said);
    if (numberOf(said) !== algebra.apply('less', [algebra.symbol(INDEX), images]))
      throw notSaid('The loop does not go on until all images are done.');
  }

  function behind(name: string): Abstract {
    const value = carriedBy(name).behind;
    if (value !== undefined) return value;
    throw notSaid('It takes what a loop has counted.');
  }

  function behindExit({ input }: NodeDef): Abstract {
    const leave = nodeAt(here, input[0]);
    const merge = nodeAt(here, leave?.input[0]);
    if (leave?.op.endsWith('Switch') && merge?.op.endsWith('Merge')) return behind(merge.name);
    throw notSaid('It leaves a loop in another way than TensorFlow writes it.');
  }

  function behindWhile(node: NodeDef, index: number): Abstract {
    const { body, arguments: names } = bodies.get(node.name) ?? enter(node);
    const name = names[index];
    if (name === undefined) throw notSaid('It has another number of variables than its body.');
    const value = body.behind(name);
    if (value.kind === 'unknown') throw new Unresolved(value);
    return value;
  }

  function enter(node: NodeDef): { readonly body: Evaluator; readonly arguments: readonly string[] } {
    const initial = node.input.filter((input) => !input.startsWith('^'));
    const { nodes, arguments: names, results } = context.functions(node, 'body');
    const end = context.functions(node, 'cond');
    const variables = new Map(
      names.map((name, index): [string, Variable] => [
        name,
        { initial: () => here.value(initial[index] ?? ''), next: results[index] ?? '', condition: goesOn },
      ]),
    );
    const given = () => undefined;
    const body = here.within({ nodes, given, variables });
    function goesOn(): Abstract {
      const inBody = (name: string): Abstract | undefined => {
        const same = names[end.arguments.indexOf(name)];
        return same === undefined ? undefined : body.value(same);
      };
      const inCondition = here.within({ nodes: end.nodes, given: inBody, variables: new Map() });
      return inCondition.value(end.results[0] ?? '');
    }
    const made = { body, arguments: names };
    bodies.set(node.name, made);
    return made;
  }

  return {
    isVariable: (merge) => turnOf(merge) !== undefined,
    inside: (name) => carriedBy(name).inside,
    behind,
    behindExit,
    behindWhile,
  };
}

function numberOf(value: Abstract): Expression | undefined {
  return value.kind === 'numbers' ? value.elements[0] : undefined;
}
