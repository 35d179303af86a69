import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  composed,
  inverse,
  isIdentity,
  movesChannels,
  movesNothing,
  withAxis,
  without,
} from './permutation.ts';

const orders = fc.integer({ min: 1, max: 5 }).chain(orderOf);

function orderOf(rank: number): fc.Arbitrary<readonly number[]> {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return fc.shuffledSubarray(axes, { minLength: rank, maxLength: rank });
}

/** Names of axes instead of sizes: what Transpose makes of the shape. */
function transposed<T>(shape: readonly T[], order: readonly number[]): readonly T[] {
  return order.map((axis) => shape[axis] as T);
}

const namesOf = (order: readonly number[]): readonly string[] => order.map((_, axis) => `axis${axis}`);

test('two orders one after the other are one, and an order and its inverse are none', () => {
  const pairs = orders.chain((first) => fc.tuple(fc.constant(first), orderOf(first.length)));
  fc.assert(
    fc.property(pairs, ([first, second]) => {
      const names = namesOf(first);
      assert.deepEqual(
        transposed(names, composed(first, second)),
        transposed(transposed(names, first), second),
      );
      assert.ok(isIdentity(composed(first, inverse(first))));
    }),
  );
});

test('axes that go away leave the others in their order', () => {
  fc.assert(
    fc.property(orders, fc.nat(), (order, any) => {
      const gone = any % order.length;
      const left = namesOf(order).toSpliced(order[gone] as number, 1);
      assert.deepEqual(
        transposed(left, without(order, [gone])),
        transposed(namesOf(order), order).toSpliced(gone, 1),
      );
    }),
  );
});

test('an axis that is put in stands where it should', () => {
  fc.assert(
    fc.property(orders, fc.nat(), (order, any) => {
      const at = any % (order.length + 1);
      const added = withAxis(order, at);
      const names = namesOf(order).toSpliced(added.source, 0, 'new');
      assert.deepEqual(
        transposed(names, added.order),
        transposed(namesOf(order), order).toSpliced(at, 0, 'new'),
      );
    }),
  );
});

test('only axes of size 1 move nothing', () => {
  assert.ok(movesNothing([0, 2, 3, 1], [null, 1, 1, 8]));
  assert.ok(movesNothing([0, 2, 3, 1], [2, 5, 4, 1]));
  assert.ok(!movesNothing([0, 2, 3, 1], [2, 1, 4, 8]));
  assert.ok(!movesNothing([0, 2, 3, 1], [1, null, 1, 8]));
  assert.ok(!movesNothing([0, 2, 3, 1], null));
});

test('channels move from behind rows and columns to before them, or back', () => {
  for (const order of [
    [0, 2, 3, 1],
    [0, 3, 1, 2],
    [0, 2, 1],
    [0, 4, 1, 2, 3],
  ])
    assert.ok(movesChannels(order));
  for (const order of [
    [0, 1],
    [1, 0],
    [0, 2, 1, 3],
    [0, 1, 2, 3],
  ])
    assert.ok(!movesChannels(order));
});
