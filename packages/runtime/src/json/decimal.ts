/** Digits that the two halves of a mantissa hold each: integers of 9 digits fit 31 bits. */
export const HALF_DIGITS = 9;

/** A number of so many digits is below 10^15 < 2^53 and therefore exact in a double. */
const EXACT_DIGITS = 15;

/** 10^0 to 10^22: the powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const LARGEST_EXPONENT = 22;

/** Dekker's constant, 2^27 + 1, splits a double into two halves of 26 bits. */
const SPLITTER = 2 ** 27 + 1;

/** Far more than the error of the second quotient below. */
const SLACK = 2 ** -40;

/**
 * The double nearest to (head * 10^tailDigits + tail) * 10^exponent, or NaN where that is not certain and a slower way
 * must decide. `head` and `tail` are integers below 10^9.
 *
 * Up to 15 digits and 10^22 both operands are exact, so one operation rounds once (W. D. Clinger, "How to read
 * floating point numbers accurately", 1990). Up to 18 digits the quotient is taken twice, as in double-double
 * arithmetic (T. J. Dekker, "A floating-point technique for extending the available precision", 1971), which leaves
 * doubt only within 2^-40 of the middle between two doubles.
 */
export function nearestDouble(head: number, tail: number, tailDigits: number, exponent: number): number {
  if (head === 0) return 0;
  if (exponent < -LARGEST_EXPONENT || exponent > LARGEST_EXPONENT) return Number.NaN;
  if (tailDigits > EXACT_DIGITS - HALF_DIGITS) {
    return exponent > 0 ? Number.NaN : longQuotient(head, tail, tailDigits, -exponent);
  }
  const mantissa = head * powerOfTen(tailDigits) + tail;
  return exponent < 0 ? mantissa / powerOfTen(-exponent) : mantissa * powerOfTen(exponent);
}

/** (head * 10^tailDigits + tail) / 10^exponent for more digits than a double holds; NaN if not certain. */
function longQuotient(head: number, tail: number, tailDigits: number, exponent: number): number {
  if (tailDigits > HALF_DIGITS) return Number.NaN;
  const scale = powerOfTen(tailDigits);
  const divisor = powerOfTen(exponent);
  const product = head * scale;
  const rest = productError(head, scale, product) + tail;
  const quotient = product / divisor;
  const back = quotient * divisor;
  const correction = (product - back - productError(quotient, divisor, back) + rest) / divisor;
  const nearest = quotient + correction * (1 - SLACK);
  return nearest === quotient + correction * (1 + SLACK) ? nearest : Number.NaN;
}

/** 10^exponent for 0 to 22, exactly; else NaN. */
export function powerOfTen(exponent: number): number {
  return POWERS_OF_TEN[exponent] ?? Number.NaN;
}

/** What rounding took from `product` = a * b, exactly. */
function productError(a: number, b: number, product: number): number {
  const aBig = a * SPLITTER;
  const aHigh = aBig - (aBig - a);
  const aLow = a - aHigh;
  const bBig = b * SPLITTER;
  const bHigh = bBig - (bBig - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}
