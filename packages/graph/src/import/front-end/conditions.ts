import type { NodeDef } from '../../generated/tensorflow/tensorflow_pb.ts';
import { type Abstract, type Unknown, unknownFrom } from './abstract.ts';
import { type Here, nodeAt } from './scope.ts';
import { notSaid, Unresolved } from './step.ts';

/** How many nodes may stand between a constant and the condition whose side it is on. */
const MAX_PIVOTS = 8;

interface Conditions {
  /** Whether the node is on the side of a condition that is not taken: a constant has no inputs that say so. */
  isDead(node: NodeDef): boolean;
  /** What a Switch gives to its two sides. */
  sides(node: NodeDef): readonly Abstract[];
  /** What comes of the side that is taken. */
  merged(node: NodeDef): Abstract;
  /** What comes of the function that is taken. */
  branch(node: NodeDef): readonly Abstract[];
}

/** Takes the side of each condition that is the same for all images of one order; throws for all others. */
export function createConditions(here: Here): Conditions {
  function isTrue(input: string): boolean {
    const condition = here.value(input);
    if (condition.kind === 'unknown') throw new Unresolved(condition);
    const [said] = condition.kind === 'numbers' ? condition.elements : [];
    if (said?.op === 'number') return said.value !== 0;
    throw notSaid('It does other things with images of other sizes.');
  }

  function sides(node: NodeDef): readonly Abstract[] {
    const [data = '', condition = ''] = node.input;
    const value = here.value(data);
    // What leaves a loop is told where it arrives.
    if (isOfLoop(node)) return [value, value];
    return isTrue(condition) ? [{ kind: 'dead' }, value] : [value, { kind: 'dead' }];
  }

  function isOfLoop({ input }: NodeDef): boolean {
    return nodeAt(here, input[1])?.op === 'LoopCond';
  }

  function merged({ input }: NodeDef): Abstract {
    const values = input.filter((each) => !each.startsWith('^')).map(here.value);
    const taken = values.filter(({ kind }) => kind !== 'dead');
    const unknown = taken.filter((value): value is Unknown => value.kind === 'unknown');
    if (unknown.length > 0) return unknownFrom(unknown);
    if (taken.length > 1) throw notSaid('It takes what comes first.');
    return taken[0] ?? { kind: 'dead' };
  }

  function branch(node: NodeDef): readonly Abstract[] {
    const [condition = '', ...inputs] = node.input.filter((input) => !input.startsWith('^'));
    const taken = isTrue(condition) ? 'then_branch' : 'else_branch';
    const { nodes, arguments: names, results } = here.context.functions(node, taken);
    const given = (name: string): Abstract | undefined => {
      const input = inputs[names.indexOf(name)];
      return input === undefined ? undefined : here.value(input);
    };
    return results.map(here.within({ nodes, given, variables: new Map() }).value);
  }

  function isDead({ input }: NodeDef): boolean {
    return input.some((each) => each.startsWith('^') && isDeadPivot(each, MAX_PIVOTS));
  }

  function isDeadPivot(input: string, steps: number): boolean {
    const node = nodeAt(here, input);
    if (node === undefined || steps === 0) return false;
    if (node.op === 'NoOp') return node.input.some((each) => isDeadPivot(each, steps - 1));
    if (node.op !== 'Identity') return false;
    const [from] = node.input;
    const source = nodeAt(here, from);
    if (source?.op === 'Switch') return !isOfLoop(source) && here.value(from ?? '').kind === 'dead';
    return from !== undefined && isDeadPivot(from, steps - 1);
  }

  return { isDead, sides, merged, branch };
}
