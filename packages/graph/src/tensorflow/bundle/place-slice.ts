/** Bytes of a tensor in row-major order. */
interface Block {
  readonly bytes: Uint8Array;
  readonly shape: readonly number[];
}

/** Copies a slice to its place in the whole. It lies in it. `size` is the bytes of an element. */
export function placeSlice(
  whole: Block,
  slice: Block & { readonly starts: readonly number[] },
  size: number,
): void {
  if (slice.bytes.length === 0) return;
  const run = (slice.shape.at(-1) ?? 1) * size;
  const index = slice.shape.slice(0, -1).map(() => 0);
  for (let from = 0; from < slice.bytes.length; from += run) {
    let element = 0;
    for (let axis = 0; axis < whole.shape.length; axis += 1)
      element = element * (whole.shape[axis] as number) + (slice.starts[axis] as number) + (index[axis] ?? 0);
    whole.bytes.set(slice.bytes.subarray(from, from + run), element * size);
    countUp(index, slice.shape);
  }
}

/** The next index in row-major order; after the last comes the first. */
function countUp(index: number[], shape: readonly number[]): void {
  for (let axis = index.length - 1; axis >= 0; axis -= 1) {
    const next = (index[axis] as number) + 1;
    index[axis] = next === shape[axis] ? 0 : next;
    if (next !== shape[axis]) return;
  }
}
