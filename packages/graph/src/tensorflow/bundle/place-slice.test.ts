import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as check, integer, nat, property, tuple } from 'fast-check';
import { elementCount } from './bundle-index.ts';
import { placeSlice } from './place-slice.ts';

/** Sizes of a whole, and where each of its axes is cut in two. */
const CUTS = array(
  tuple(integer({ min: 0, max: 4 }), nat(4)).map(([size, cut]) => ({ size, cut: Math.min(cut, size) })),
  { maxLength: 4 },
);

test('slices put together are the whole', () => {
  check(
    property(CUTS, integer({ min: 1, max: 3 }), (axes, size) => {
      const shape = axes.map((axis) => axis.size);
      const elements = elementCount(shape);
      const bytes = Uint8Array.from({ length: elements * size }, (_, index) => index);
      const placed = new Uint8Array(bytes.length);
      for (let corner = 0; corner < 2 ** axes.length; corner += 1) {
        const upper = axes.map((_, axis) => (corner >> axis) % 2 === 1);
        const starts = axes.map(({ cut }, axis) => (upper[axis] ? cut : 0));
        const lengths = axes.map((axis, index) => (upper[index] ? axis.size - axis.cut : axis.cut));
        const slice = Buffer.concat(
          indices(lengths).map((index) => {
            const element = index.reduce(
              (sum, at, axis) => sum * (shape[axis] as number) + at + (starts[axis] as number),
              0,
            );
            return bytes.subarray(element * size, (element + 1) * size);
          }),
        );
        placeSlice({ bytes: placed, shape }, { bytes: slice, shape: lengths, starts }, size);
      }
      assert.deepEqual(placed, bytes);
    }),
  );
});

/** All indices of a tensor of this shape, in row-major order. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (before, length) => before.flatMap((index) => Array.from({ length }, (_, at) => [...index, at])),
    [[]],
  );
}
