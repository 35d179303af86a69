import type { Dims, Known } from './shape.ts';

/** A node, as a rule sees it. Whatever the file has wrong, such as an attribute of another kind, is as if not known. */
export interface Call {
  readonly op: string;
  /** Of ONNX's operators that the model imports. */
  readonly version: number;
  readonly inputCount: number;
  readonly outputCount: number;
  /** Whether an optional input is there. */
  given(input: number): boolean;
  dims(input: number): Dims | undefined;
  /** Elements of a small input of whole numbers, where they are known before the model runs. */
  elements(input: number): Dims | undefined;
  /** Elements of a small constant of FLOAT. */
  floats(input: number): readonly number[] | undefined;
  int(attribute: string): number | undefined;
  ints(attribute: string): readonly number[] | undefined;
  text(attribute: string): string | undefined;
  has(attribute: string): boolean;
  /** The name of an input with its shape, for messages. */
  title(input: number): string;
  /** Says, as a sentence, what cannot be. */
  report(why: string): void;
}

/** What is known of the outputs; those that are not told are unknown. */
export type Rule = (call: Call) => readonly Known[];

/** An axis counted from the front; `undefined` where it is not known, and where it is out of range, which is reported. */
export function axisOf(call: Call, axis: number | undefined, rank: number): number | undefined {
  if (axis === undefined) return undefined;
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  call.report(`Its axis ${axis} is not one of the ${rank} axes of ${call.title(0)}.`);
  return undefined;
}

/**
 * Axes that an attribute or, in later versions, an input says: all of them, `unknown`, or `absent`. Out of range ones are reported,
 * and `unknown`.
 */
export function axesOf(call: Call, input: number, rank: number): readonly number[] | 'unknown' | 'absent' {
  if (!call.has('axes') && !call.given(input)) return 'absent';
  const axes = call.has('axes') ? call.ints('axes') : call.elements(input);
  if (axes === undefined) return 'unknown';
  const found = axes.map((axis) => (typeof axis === 'number' ? axisOf(call, axis, rank) : undefined));
  return found.every((axis) => axis !== undefined) ? found : 'unknown';
}

/** The rank of an input, which must be one of these: otherwise it is reported, and `undefined`. */
export function rankOf(call: Call, input: number, ranks: readonly number[]): number | undefined {
  const rank = call.dims(input)?.length;
  if (rank === undefined || ranks.includes(rank)) return rank;
  call.report(`Its input ${call.title(input)} has ${rank} axes, and must have ${ranks.join(' or ')}.`);
  return undefined;
}
