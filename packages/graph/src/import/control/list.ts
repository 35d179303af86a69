import type { Emitter } from '../emitter.ts';
import { NotConverted } from '../refuse.ts';
import type { Dims, Value } from '../value.ts';

/**
 * What TensorFlow has for lists of tensors: a TensorList, and a TensorArray by what its flow says. The value itself is
 * a tensor, the elements one behind the other.
 *
 * - `whole`: the tensor is there.
 * - `grown`: it is there, and before the first write sizes that are not known may be 1.
 * - `empty`: there is no tensor; of `count` elements none is written. Some `grow` where there is no room.
 */
export type List =
  | { readonly kind: 'whole' | 'grown' }
  | { readonly kind: 'empty'; readonly count: Value; readonly element: Dims; readonly grows: boolean };

/** Where nodes are added, and for whom. */
export interface Place {
  readonly scope: string;
  readonly emitter: Emitter;
}

/** What a list has of its elements' sizes. */
export function elementOf(list: Value): Dims {
  return list.list?.kind === 'empty' ? list.list.element : (list.shape?.slice(1) ?? null);
}

/** As many sizes as both say, and of each what one of them says. */
export function met(a: Dims, b: Dims): Dims {
  if (a === null || b === null) return a ?? b;
  if (a.length !== b.length) return a;
  return a.map((size, axis) => size ?? b[axis] ?? null);
}

/** What is right of two tensors, whichever it is. */
export function joined(a: Dims, b: Dims): Dims {
  if (a === null || b === null || a.length !== b.length) return null;
  return a.map((size, axis) => (size === b[axis] ? size : null));
}

/** A tensor in whole numbers of one dimension. */
export function rowOf({ scope, emitter }: Place, value: Value): Value {
  const wide = inInt64({ scope, emitter }, value);
  const known = value.known?.length === 1 ? value.known : undefined;
  return emitter.emit(scope, 'Reshape', [wide, emitter.integers(scope, [1])], {
    dtype: 'int64',
    shape: [1],
    known,
  });
}

export function inInt64({ scope, emitter }: Place, value: Value): Value {
  if (value.dtype === 'int64') return value;
  const { shape, known } = value;
  return emitter.emit(scope, 'Cast', [value], { dtype: 'int64', shape, known }, { to: INT64 });
}

/** The number of int64 in ONNX. */
const INT64 = 7;

/** All sizes of a tensor, or those from one axis to another. */
export function sizesOf({ scope, emitter }: Place, value: Value, start = 0, end?: number): Value {
  const known = value.shape?.slice(start, end);
  const result = { dtype: 'int64', shape: [known?.length ?? null], known };
  return emitter.emit(scope, 'Shape', [value], result, { start, ...(end === undefined ? {} : { end }) });
}

/** Sizes one behind the other. */
export function together({ scope, emitter }: Place, sizes: readonly Value[]): Value {
  const shape = sizes.every((each) => each.shape?.[0] != null)
    ? [sizes.reduce((sum, each) => sum + (each.shape?.[0] ?? 0), 0)]
    : [null];
  return emitter.emit(scope, 'Concat', sizes, { dtype: 'int64', shape }, { axis: 0 });
}

/** A tensor of zeros, as TensorFlow has for elements that are not written. */
export function zeros({ scope, emitter }: Place, dtype: string, sizes: Value, shape: Dims): Value {
  const zero =
    dtype === 'bool'
      ? emitter.emit(scope, 'Cast', [emitter.number(scope, 0, 'int32')], { dtype, shape: [] }, { to: BOOL })
      : emitter.number(scope, 0, dtype);
  // Zeros of sizes that are known would be a constant as large as they are.
  const [value] = emitter.emitAll(scope, 'Expand', [zero, sizes], [{ dtype, shape }]);
  return value as Value;
}

/** The number of bool in ONNX. */
const BOOL = 9;

/** An empty list as a tensor, before anything is written: of sizes that are not known, it has 1. */
export function grown(place: Place, list: Value, element: Dims): Value {
  if (list.list?.kind !== 'empty') return list;
  const known = met(list.list.element, element);
  if (known === null)
    throw new NotConverted('How many dimensions the elements of its list have is not known.', GIVE_SHAPE);
  const rest = place.emitter.integers(
    place.scope,
    known.map((size) => size ?? 1),
  );
  const sizes = together(place, [rowOf(place, list.list.count), rest]);
  const shape = [list.list.count.known?.[0] ?? null, ...known];
  return { ...zeros(place, list.dtype, sizes, shape), list: { kind: 'grown' } };
}

/** The list with what the loop wrote, and zeros where it ended before the last element. One that `grows` has room for all. */
export function filled(place: Place, list: Value, written: Value, grows: boolean): Value {
  const { scope, emitter } = place;
  const whole = { kind: 'whole' } as const;
  if (list.list?.kind !== 'empty' || list.list.count.known?.[0] === 0) return { ...written, list: whole };
  const { count } = list.list;
  const { dtype } = written;
  const rows = grows ? null : (count.known?.[0] ?? null);
  const shape = written.shape && [rows, ...written.shape.slice(1)];
  const one = { dtype: 'int64', shape: [1] };
  const left = emitter.emit(scope, 'Sub', [rowOf(place, count), sizesOf(place, written, 0, 1)], one);
  const missing = grows ? emitter.emit(scope, 'Max', [left, emitter.integers(scope, [0])], one) : left;
  const rest = zeros(place, dtype, together(place, [missing, sizesOf(place, written, 1)]), shape);
  const all = emitter.emit(scope, 'Concat', [written, rest], { dtype, shape }, { axis: 0 });
  return { ...all, list: whole };
}

export const GIVE_SHAPE = 'Give the TensorArray an element_shape.';
