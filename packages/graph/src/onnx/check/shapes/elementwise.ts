import type { Rule } from './rule.ts';
import { broadcast, computed, type Dim, type Dims, type Known, MOST_ELEMENTS, shaped } from './shape.ts';

/** The first output is as the first input. */
export const same: Rule = (call) => [shaped(call.dims(0))];

/** The first two outputs are as the first input. */
export const sameTwice: Rule = (call) => [shaped(call.dims(0)), shaped(call.dims(0))];

/** The first input, elements and all. */
export const identity: Rule = (call) => [{ dims: call.dims(0), elements: call.elements(0) }];

/** INT32 and INT64, as ONNX numbers them. */
const FOLLOWED_TYPES: readonly (number | undefined)[] = [6, 7];

export const cast: Rule = (call) =>
  FOLLOWED_TYPES.includes(call.int('to')) && call.elements(0)?.every(isSmall) === true
    ? identity(call)
    : same(call);

function isSmall(value: Dim): boolean {
  return typeof value !== 'number' || Math.abs(value) < 2 ** 31;
}

/** Inputs that a message names, the most. */
const MOST_TOLD = 3;

/** All inputs are stretched to one shape. */
export const stretching: Rule = (call) => {
  const inputs = Array.from({ length: call.inputCount }, (_, index) => index).filter(call.given);
  const { dims, conflict } = broadcast(inputs.map(call.dims));
  if (conflict === undefined) return [shaped(dims)];
  const titles = [
    ...inputs.slice(0, MOST_TOLD).map(call.title),
    ...(inputs.length > MOST_TOLD ? ['others'] : []),
  ];
  call.report(
    `Its inputs ${titles.join(' and ')} cannot be brought to one shape: axis ${-conflict} differs.`,
  );
  return [];
};

/** ONNX stretches only the slopes, and runtimes the input, too: nothing is refused. */
export const sloped: Rule = (call) => [shaped(broadcast([call.dims(0), call.dims(1)]).dims)];

const ARITHMETIC: Readonly<Record<string, (one: number, other: number) => number>> = {
  Add: (one, other) => one + other,
  Sub: (one, other) => one - other,
  Mul: (one, other) => one * other,
  // Without a sign: which way others are rounded is not the same everywhere.
  Div: (one, other) => (one < 0 || other < 1 ? Number.NaN : Math.floor(one / other)),
  Min: Math.min,
  Max: Math.max,
};

/** Stretching arithmetic, which is computed where the numbers are followed. */
export const arithmetic: Rule = (call) => {
  const [result = {}] = stretching(call);
  const compute = ARITHMETIC[call.op];
  const [one, other] = [call.elements(0), call.elements(1)];
  if (compute === undefined || one === undefined || other === undefined || call.inputCount !== 2)
    return [result];
  return [{ ...result, elements: elementwise(result, one, other, compute) }];
};

function elementwise(
  { dims }: Known,
  one: Dims,
  other: Dims,
  compute: (one: number, other: number) => number,
): Dims | undefined {
  const count = Math.max(one.length, other.length);
  if (dims === undefined || dims.length > 1 || Math.min(one.length, other.length) === 0) return undefined;
  if (count > MOST_ELEMENTS) return undefined;
  const at = (values: Dims, index: number): Dim => values[values.length === 1 ? 0 : index];
  return Array.from({ length: count }, (_, index) => computed([at(one, index), at(other, index)], compute));
}
