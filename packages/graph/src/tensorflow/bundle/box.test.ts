import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as check, integer, nat, property, tuple } from 'fast-check';
import { type Box, copyOverlap, overlapOf, placeOf } from './box.ts';
import { elementCount } from './bundle-index.ts';

/** Two parts of one tensor: where each begins in a dimension, and how long it is. */
const PARTS = array(tuple(nat(3), nat(4), nat(3), nat(4)), { maxLength: 4 });

test('what two parts share is copied from one to the other, and nothing else', () => {
  check(
    property(PARTS, integer({ min: 1, max: 3 }), (axes, size) => {
      const from = { starts: axes.map(([start]) => start), shape: axes.map(([, length]) => length) };
      const into = { starts: axes.map(([, , start]) => start), shape: axes.map(([, , , length]) => length) };
      const bytes = bytesOf(from, size);
      const copied = new Uint8Array(elementCount(into.shape) * size);
      copyOverlap({ ...from, bytes }, { ...into, bytes: copied }, size);
      const there = new Set(placesOf(from).map(String));
      const expected = placesOf(into).flatMap((place) =>
        there.has(String(place)) ? elementAt(place, size) : Array.from({ length: size }, () => 0),
      );
      assert.deepEqual([...copied], expected);
    }),
  );
});

test('a part lies side by side in another where its elements follow each other there', () => {
  check(
    property(PARTS, (axes) => {
      const box = { starts: axes.map(([start]) => start), shape: axes.map(([, length]) => length + 1) };
      const other = { starts: axes.map(([, , start]) => start), shape: axes.map(([, , , length]) => length) };
      const part = overlapOf(box, other);
      const all = placesOf(box).map(String);
      const indices = placesOf(part).map((place) => all.indexOf(String(place)));
      if (indices.length === 0) return;
      const together = indices.every((index, at) => index === (indices[0] as number) + at);
      assert.equal(placeOf(part, box), together ? indices[0] : undefined);
    }),
  );
});

/** Each element tells where in the whole it is. */
function bytesOf(box: Box, size: number): Uint8Array {
  return Uint8Array.from(placesOf(box).flatMap((place) => elementAt(place, size)));
}

function elementAt(place: readonly number[], size: number): number[] {
  const number = place.reduce((sum, at) => sum * 7 + at, 1);
  return Array.from({ length: size }, (_, index) => 1 + ((number + index) % 255));
}

/** All places of a part in row-major order. */
function placesOf({ starts, shape }: Box): number[][] {
  return shape.reduce<number[][]>(
    (before, length, axis) =>
      before.flatMap((place) => Array.from({ length }, (_, at) => [...place, (starts[axis] as number) + at])),
    [[]],
  );
}
