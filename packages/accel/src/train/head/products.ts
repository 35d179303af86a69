import type { Matrix } from './dataset.ts';

/** How many rows are gone through at once: enough that the processor need not wait for one sum, or one load, to go on. */
const TOGETHER = 4;

/** Products of one row of a matrix with the first `count` rows of `weights`, which are as long; into `to`, which is overwritten. */
export function rowProducts(
  { values, columns }: Matrix,
  row: number,
  weights: Float64Array,
  count: number,
  to: Float64Array,
): void {
  const start = row * columns;
  for (let first = 0; first < count; first += TOGETHER) {
    // Of rows that are not there, the last one is taken again.
    const one = first * columns;
    const two = Math.min(first + 1, count - 1) * columns;
    const three = Math.min(first + 2, count - 1) * columns;
    const four = Math.min(first + 3, count - 1) * columns;
    let [sumOne, sumTwo, sumThree, sumFour] = [0, 0, 0, 0];
    for (let at = 0; at < columns; at += 1) {
      const value = values[start + at] as number;
      sumOne += value * (weights[one + at] as number);
      sumTwo += value * (weights[two + at] as number);
      sumThree += value * (weights[three + at] as number);
      sumFour += value * (weights[four + at] as number);
    }
    to[first] = sumOne;
    if (first + 1 < count) to[first + 1] = sumTwo;
    if (first + 2 < count) to[first + 2] = sumThree;
    if (first + 3 < count) to[first + 3] = sumFour;
  }
}

/**
 * Adds rows of a matrix, each times a factor, to the elements from `start` on. `factors` has those of the rows in their
 * order, one every `stride` elements from `firstFactor` on.
 */
export function addRows(
  { values, columns }: Matrix,
  rows: ArrayLike<number>,
  factors: Float64Array,
  firstFactor: number,
  stride: number,
  into: Float64Array,
  start: number,
): void {
  for (let first = 0; first < rows.length; first += TOGETHER) {
    // Rows that are not there are the first one again, times nothing.
    const place = (index: number) => (rows[index < rows.length ? index : first] as number) * columns;
    const factor = (index: number) =>
      index < rows.length ? (factors[firstFactor + index * stride] as number) : 0;
    const [one, two, three, four] = [place(first), place(first + 1), place(first + 2), place(first + 3)];
    const byOne = factor(first);
    const byTwo = factor(first + 1);
    const byThree = factor(first + 2);
    const byFour = factor(first + 3);
    for (let at = 0; at < columns; at += 1) {
      into[start + at] =
        (into[start + at] as number) +
        byOne * (values[one + at] as number) +
        byTwo * (values[two + at] as number) +
        byThree * (values[three + at] as number) +
        byFour * (values[four + at] as number);
    }
  }
}
