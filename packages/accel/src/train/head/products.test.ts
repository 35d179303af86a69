import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addRows, rowProducts } from './products.ts';

const whole = fc.integer({ min: -9, max: 9 });

/** Whole numbers, whose sums are exact in any order. */
const cases = fc
  .record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 6 }),
    count: fc.integer({ min: 1, max: 9 }),
  })
  .chain(({ rows, columns, count }) => {
    const numbers = (length: number) => fc.array(whole, { minLength: length, maxLength: length });
    return fc.record({
      matrix: numbers(rows * columns).map((values) => ({ rows, columns, values: Float32Array.from(values) })),
      weights: numbers(count * columns).map((values) => Float64Array.from(values)),
      chosen: fc.array(fc.nat(rows - 1), { maxLength: 9 }),
      factors: numbers(9 * count).map((values) => Float64Array.from(values)),
      count: fc.constant(count),
    });
  });

test('products and sums of rows are those of the plain formulas, however many rows there are', () => {
  fc.assert(
    fc.property(cases, ({ matrix, weights, chosen, factors, count }) => {
      const { columns, values } = matrix;
      const products = new Float64Array(count);
      rowProducts(matrix, matrix.rows - 1, weights, count, products);
      const last = values.subarray((matrix.rows - 1) * columns);
      const expected = products.map((_, each) =>
        last.reduce((sum, value, at) => sum + value * (weights[each * columns + at] as number), 0),
      );
      assert.deepEqual(products, expected);

      const into = weights.slice();
      const each = count - 1;
      addRows(matrix, chosen, factors, each, count, into, each * columns);
      const sums = weights.slice();
      for (const [index, row] of chosen.entries()) {
        for (let at = 0; at < columns; at += 1) {
          const place = each * columns + at;
          const factor = factors[each + index * count] as number;
          sums[place] = (sums[place] as number) + factor * (values[row * columns + at] as number);
        }
      }
      assert.deepEqual(
        into.map((value) => value + 0),
        sums.map((value) => value + 0),
      );
    }),
    { seed: 6, numRuns: 300 },
  );
});
