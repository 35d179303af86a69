import type { NodeDef } from '../../generated/tensorflow/tensorflow_pb.ts';
import { NotConverted } from '../refuse.ts';
import type { Abstract, Numbers, Picture, Unknown } from './abstract.ts';
import type { Algebra, Expression, NumberKind } from './expression.ts';

/** A node of the preprocessing, with what is known of its inputs. */
export interface Step {
  readonly node: NodeDef;
  readonly inputs: readonly Abstract[];
  readonly algebra: Algebra;
  /** How many images there are. */
  readonly images: Expression;
}

/** What is known of a node's outputs. Throws `NotConverted` where it cannot be said as a declaration. */
export type Rule = (step: Step) => readonly Abstract[];

/** What to do about any step that a declaration cannot say. */
const INSTEAD = 'Leave it out, or do it behind the images, in the network.';

/** More numbers than these are no size, no offset and no mean. */
export const MOST_NUMBERS = 64;

/** A refusal of a step. */
export function notSaid(why: string): NotConverted {
  return new NotConverted(why, INSTEAD);
}

/** The small tensor of numbers that an input is. */
export function numbersAt({ inputs }: Step, index: number, what: string): Numbers {
  const input = inputs[index];
  if (input?.kind === 'numbers') return input;
  throw notSaid(`Its ${what} is not known when the model is converted.`);
}

/** An input whose numbers are the same for every image. */
export function fixedAt(step: Step, index: number, what: string): readonly number[] {
  return numbersAt(step, index, what).elements.map((element) => fixed(element, what));
}

/** The number that an expression is for every image. */
export function fixed({ op, value }: Expression, what: string): number {
  if (op === 'number') return value;
  throw notSaid(`Its ${what} depends on the size of the image.`);
}

/** The picture that an input is. */
export function pictureAt({ inputs }: Step, index: number): Picture {
  const input = inputs[index];
  if (input?.kind === 'picture') return input;
  throw notSaid('It takes no image.');
}

/** How elements of a type are computed with. */
export function kindOf(dtype: string): NumberKind {
  if (dtype === 'float32' || dtype === 'float64' || dtype === 'bool') return dtype;
  if (/^u?int\d+$/.test(dtype)) return 'int';
  throw notSaid(`It computes with ${dtype}.`);
}

/** An axis counted from the first one. */
export function axisAt(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(at) && at >= 0 && at < rank) return at;
  throw notSaid(`It has no axis ${axis} of ${rank}.`);
}

/** Thrown where a value that is needed to go on is not known. */
export class Unresolved extends Error {
  override readonly name = 'Unresolved';
  readonly value: Unknown;

  constructor(value: Unknown) {
    super('A value is not known.');
    this.value = value;
  }
}
