/** An order of axes, as ONNX's Transpose takes it: axis i of the result is axis `order[i]` of the operand. */
export type Order = readonly number[];

/** The order that puts a tensor's axes back. */
export function inverse(order: Order): Order {
  return order.map((_, axis) => order.indexOf(axis));
}

/** The one order that does what transposing by `first` and then by `second` does. */
export function composed(first: Order, second: Order): Order {
  return second.map((axis) => first[axis] as number);
}

export function isIdentity(order: Order): boolean {
  return order.every((axis, index) => axis === index);
}

export function isSame(a: Order, b: Order): boolean {
  return a.length === b.length && a.every((axis, index) => axis === b[index]);
}

/** Whether it only takes channels from behind the axes of space to before them, or back. */
export function movesChannels(order: Order): boolean {
  const last = order.length - 1;
  const space = Array.from({ length: last - 1 }, (_, axis) => axis + 1);
  return (
    last >= 2 &&
    (isSame(order, [0, ...space.map((axis) => axis + 1), 1]) || isSame(order, [0, last, ...space]))
  );
}

/** The order of what is left when axes of the transposed tensor are gone. */
export function without(order: Order, axes: readonly number[]): Order {
  const left = order.filter((_, axis) => !axes.includes(axis));
  const sorted = left.toSorted((a, b) => a - b);
  return left.map((axis) => sorted.indexOf(axis));
}

/**
 * The order where an axis is put into the transposed tensor before its axis `at`, and into the operand where that one
 * stands, so that neighbours stay neighbours.
 */
export function withAxis(order: Order, at: number): { readonly order: Order; readonly source: number } {
  const source = order[at] ?? order.length;
  const moved = order.map((axis) => (axis >= source ? axis + 1 : axis));
  return { order: moved.toSpliced(at, 0, source), source };
}

/** Whether transposing leaves the elements where they are, as it only moves axes of size 1. */
export function movesNothing(order: Order, shape: readonly (number | null)[] | null | undefined): boolean {
  if (shape == null) return false;
  const long = order.filter((_, axis) => shape[axis] !== 1);
  return long.every((axis, index) => index === 0 || axis > (long[index - 1] as number));
}
