/** Decimal digits that tell every FP32 from all others. */
const ENOUGH_DIGITS = 9;

/** The number with the fewest digits that is rounded to this FP32, as `/score` writes it: 0.1, not 0.10000000149011612. */
export function shortestSingle(value: number): number {
  for (let digits = 1; digits < ENOUGH_DIGITS; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(ENOUGH_DIGITS));
}
