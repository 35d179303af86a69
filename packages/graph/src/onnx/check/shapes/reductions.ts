import { axesOf, axisOf, type Rule } from './rule.ts';
import { computed, type Dim, ofRank, product, shaped } from './shape.ts';

export const reduce: Rule = (call) => {
  const input = call.dims(0);
  if (input === undefined) return [];
  const keeps = (call.int('keepdims') ?? 1) !== 0;
  const found = axesOf(call, 1, input.length);
  if (found === 'unknown') return keeps ? [ofRank(input.length)] : [];
  const none = found === 'absent' || found.length === 0;
  if (none && (call.int('noop_with_empty_axes') ?? 0) !== 0) return [shaped(input)];
  const axes = none ? input.map((_, axis) => axis) : found;
  const dims = input.flatMap((dim, axis): readonly Dim[] =>
    !axes.includes(axis) ? [dim] : keeps ? [1] : [],
  );
  const elements = call.op === 'ReduceProd' && input.length === 1 ? call.elements(0) : undefined;
  const whole = elements === undefined ? undefined : computed([product(elements)], (value) => value);
  return [{ dims, elements: elements === undefined || axes.length === 0 ? undefined : [whole] }];
};

/** Where the largest or smallest is along an axis. */
export const indexOfBest: Rule = (call) => {
  const input = call.dims(0);
  const axis = input === undefined ? undefined : axisOf(call, call.int('axis') ?? 0, input.length);
  if (input === undefined || axis === undefined) return [];
  const kept = (call.int('keepdims') ?? 1) === 0 ? [] : [1];
  return [shaped([...input.slice(0, axis), ...kept, ...input.slice(axis + 1)])];
};

/** The number of elements. */
export const sizeOf: Rule = (call) => {
  const input = call.dims(0);
  return [
    { dims: [], elements: input === undefined ? undefined : [computed([product(input)], (count) => count)] },
  ];
};
