import { elementCount } from './bundle-index.ts';

/** A part of a tensor: where it begins in each dimension of the whole, and how long it is there. */
export interface Box {
  readonly starts: readonly number[];
  readonly shape: readonly number[];
}

/** A part with its elements in row-major order. */
export interface Block extends Box {
  readonly bytes: Uint8Array;
}

/** What two parts of a tensor share; empty where a length is 0. */
export function overlapOf(a: Box, b: Box): Box {
  const starts = a.starts.map((start, axis) => Math.max(start, b.starts[axis] as number));
  const shape = starts.map((start, axis) => Math.max(0, Math.min(endOf(a, axis), endOf(b, axis)) - start));
  return { starts, shape };
}

/** Which element of `box`, counted in row-major order, `part` begins with, if its elements lie there side by side. */
export function placeOf(part: Box, box: Box): number | undefined {
  const first = part.shape.findIndex((length) => length !== 1);
  const together = part.shape.every(
    (length, axis) => first === -1 || axis <= first || length === box.shape[axis],
  );
  return together ? indexOf(part.starts, box) : undefined;
}

/** Copies what two parts share from one into the other. `size` is the bytes of an element. */
export function copyOverlap(from: Block, into: Block, size: number): void {
  const shared = overlapOf(from, into);
  if (shared.shape.includes(0)) return;
  const whole = shared.shape.findLastIndex(
    (length, axis) => length !== from.shape[axis] || length !== into.shape[axis],
  );
  // Axes behind `whole` are complete in both, so that the elements of a run lie side by side in both.
  const outer = shared.shape.slice(0, Math.max(0, whole));
  const run = elementCount(shared.shape.slice(outer.length)) * size;
  const at = [...shared.starts];
  for (let count = elementCount(outer); count > 0; count -= 1) {
    const start = indexOf(at, from) * size;
    into.bytes.set(from.bytes.subarray(start, start + run), indexOf(at, into) * size);
    countUp(at, shared, outer.length);
  }
}

function endOf({ starts, shape }: Box, axis: number): number {
  return (starts[axis] as number) + (shape[axis] as number);
}

function indexOf(at: readonly number[], { starts, shape }: Box): number {
  return at.reduce(
    (index, place, axis) => index * (shape[axis] as number) + place - (starts[axis] as number),
    0,
  );
}

/** The next place in row-major order of the first axes; after the last comes the first. */
function countUp(at: number[], box: Box, axes: number): void {
  for (let axis = axes - 1; axis >= 0; axis -= 1) {
    const next = (at[axis] as number) + 1;
    const more = next < endOf(box, axis);
    at[axis] = more ? next : (box.starts[axis] as number);
    if (more) return;
  }
}
