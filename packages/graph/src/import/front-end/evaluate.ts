import type { NodeDef } from '../../generated/tensorflow/tensorflow_pb.ts';
import { NotConverted } from '../refuse.ts';
import { type Abstract, type Unknown, unknownFrom } from './abstract.ts';
import { createConditions } from './conditions.ts';
import { createLoops } from './loops.ts';
import { readNumbers } from './read-numbers.ts';
import { ruleFor } from './rules.ts';
import type { Context, Evaluator, Here, Scope } from './scope.ts';
import { notSaid, Unresolved } from './step.ts';

/** Recursion that is deeper is of no preprocessing. */
const MAX_DEPTH = 600;

/** Ops that give on what they take. */
const SAME: ReadonlySet<string> = new Set([
  'Identity',
  'StopGradient',
  'PreventGradient',
  'Snapshot',
  'CheckNumerics',
  'PlaceholderWithDefault',
  'Enter',
  'RefEnter',
  'NextIteration',
  'RefNextIteration',
  'LoopCond',
]);

const NOT_KNOWN = 'It takes besides the image what is not known when the model is converted.';

/** Ops each of whose outputs stands alone: that one is not understood says nothing of the others. */
const ONE_BY_ONE: ReadonlySet<string> = new Set(['While', 'StatelessWhile', 'IdentityN']);

/** Follows what becomes of images, of their sizes and of constants, each tensor when it is asked for. */
export function createEvaluator(context: Context, scope: Scope): Evaluator {
  const known = new Map<string, readonly Abstract[]>();
  const open = new Set<string>();
  const here: Here = { context, scope, value, within };
  const conditions = createConditions(here);
  const loops = createLoops(here);

  /** An evaluator of another scope, or of the same one where more is given. */
  function within(changes: Partial<Scope>): Evaluator {
    return createEvaluator(context, { ...scope, ...changes, depth: scope.depth + open.size + 1 });
  }

  function value(tensor: string): Abstract {
    const [name = '', place = '0'] = tensor.split(':');
    const node = scope.nodes.get(name);
    const key = ONE_BY_ONE.has(node?.op ?? '') ? `${name}:${place}` : name;
    const outputs = known.get(key) ?? evaluated(name, key, Number(place));
    const [first] = outputs;
    const stands =
      key !== name || (outputs.length === 1 && (first?.kind === 'unknown' || first?.kind === 'dead'));
    return outputs[stands ? 0 : Number(place)] ?? refused(node, name, notSaid(`It has no output ${place}.`));
  }

  function evaluated(name: string, key: string, place: number): readonly Abstract[] {
    const given = scope.given(name);
    if (given !== undefined) return [given];
    const node = scope.nodes.get(name);
    context.budget.nodes -= 1;
    const isTooMuch = context.budget.nodes < 0 || open.size + scope.depth > MAX_DEPTH;
    if (node === undefined || open.has(key) || isTooMuch)
      return [refused(node, name, notSaid('What it is computed from is too much to follow.'))];
    open.add(key);
    const outputs = attempt(node, place);
    open.delete(key);
    known.set(key, outputs);
    return outputs;
  }

  function attempt(node: NodeDef, place: number): readonly Abstract[] {
    try {
      return conditions.isDead(node) ? [{ kind: 'dead' }] : outputsOf(node, place);
    } catch (error) {
      if (error instanceof Unresolved) return [error.value];
      if (error instanceof NotConverted) return [refused(node, node.name, error)];
      throw error;
    }
  }

  function outputsOf(node: NodeDef, place: number): readonly Abstract[] {
    switch (node.op) {
      case 'Const':
        return [readNumbers(node, context.algebra)];
      case 'Placeholder':
        return [loops.inside(node.name)];
      case 'Switch':
      case 'RefSwitch':
        return conditions.sides(node);
      case 'Merge':
      case 'RefMerge':
        return loops.isVariable(node) ? [loops.inside(node.name)] : [conditions.merged(node)];
      case 'Exit':
      case 'RefExit':
        return [loops.behindExit(node)];
      case 'While':
      case 'StatelessWhile':
        return [loops.behindWhile(node, place)];
      case 'IdentityN':
        return [value(node.input[place] ?? '')];
      case 'If':
      case 'StatelessIf':
        return conditions.branch(node);
      default:
        return computed(node);
    }
  }

  function computed(node: NodeDef): readonly Abstract[] {
    const inputs = node.input.filter((input) => !input.startsWith('^')).map(value);
    const unknown = inputs.filter((input): input is Unknown => input.kind === 'unknown');
    if (inputs.some(({ kind }) => kind === 'dead')) return [{ kind: 'dead' }];
    if (SAME.has(node.op) && unknown.length === 0) return inputs;
    // That an op is not followed at all is said before what it takes besides the image.
    const ofImage = inputs.some(({ kind }) => kind === 'picture');
    const rule = ofImage || unknown.length === 0 ? ruleFor(node.op, inputs) : undefined;
    if (rule === undefined) return [unknownFrom(unknown)];
    if (unknown.length > 0) return [unknownFrom([...unknown, refused(node, node.name, notSaid(NOT_KNOWN))])];
    const { algebra, images } = context;
    return rule({ node, inputs, algebra, images });
  }

  return { value, behind: loops.behind };
}

function refused(node: NodeDef | undefined, name: string, { message, instead }: NotConverted): Unknown {
  return { kind: 'unknown', causes: [{ node: name, op: node?.op ?? 'unknown', why: message, instead }] };
}
