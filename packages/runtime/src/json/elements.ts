/** The arrays that numbers are read into. */
export type NumberArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float16Array
  | Float32Array
  | Float64Array;

/** The elements of a tensor while it is being read: the first `length` of `values` are filled. */
export interface Elements<A> {
  values: A;
  length: number;
}

interface Growable<A> {
  readonly length: number;
  readonly constructor: unknown;
  set(source: A): void;
}

/** Elements that an array which was never told its size begins with. */
const FIRST_CAPACITY = 64;

/** Doubles the room, so that growing to any size copies each element less than twice. */
export function grow<A extends Growable<A>>(elements: Elements<A>): A {
  const make = elements.values.constructor as new (length: number) => A;
  const larger = new make(Math.max(FIRST_CAPACITY, elements.values.length * 2));
  larger.set(elements.values);
  elements.values = larger;
  return larger;
}

/** The filled part in a buffer of its own size, so that handing it to another thread carries nothing else. */
export function trim<A extends { readonly length: number; slice(start: number, end: number): A }>(
  elements: Elements<A>,
): A {
  return elements.length === elements.values.length
    ? elements.values
    : elements.values.slice(0, elements.length);
}
