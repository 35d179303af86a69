import { BYTE } from './cursor.ts';
import { type JsonOutput, putAscii, putByte } from './output.ts';

/** Digits that are always enough to tell a single from its neighbours, and digits that always survive in one. */
const ENOUGH_DIGITS = 9;
const SAFE_DIGITS = 6;

/** Singles in this range are written without an exponent; the limits are those of `String(number)`. */
const LEAST_PLAIN_EXPONENT = -7;
const MOST_PLAIN_EXPONENT = 20;

/** 10^-60 to 10^60, the nearest doubles: all that scaling a normal single to 9 digits takes. */
const POWER_RANGE = 60;
const POWERS_OF_TEN = Float64Array.from({ length: 2 * POWER_RANGE + 1 }, (_, index) =>
  Number(`1e${index - POWER_RANGE}`),
);

/** More than the roundings of scaling there and back. */
const SLACK = 2 ** -49;

const LEAST_NORMAL = 2 ** -126;

/**
 * Writes a single as the shortest decimal that reads back as the same single, so that 0.1 is `0.1` and not
 * `0.10000000149011612`, which is the same single written as a double. A whole number has `.0`, as TensorFlow Serving
 * and Python write it. There must be room for 32 bytes.
 */
export function putSingle(output: JsonOutput, value: number): void {
  const magnitude = Math.abs(value);
  if (magnitude === 0 || !(magnitude >= LEAST_NORMAL && magnitude < Number.POSITIVE_INFINITY)) {
    putAscii(output, unusualText(value));
    return;
  }
  if (value < 0) putByte(output, BYTE.minus);
  const exponent = decimalExponent(magnitude);
  for (let digits = SAFE_DIGITS; digits <= ENOUGH_DIGITS; digits++) {
    const shift = digits - 1 - exponent;
    const mantissa = Math.round(magnitude * powerOfTen(shift));
    if (standsFor(mantissa * powerOfTen(-shift), magnitude)) {
      putDecimal(output, mantissa, -shift);
      return;
    }
  }
  putAscii(output, withPoint(String(magnitude)));
}

/** Zero, what is not finite, and the singles next to zero, which have fewer digits. */
function unusualText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  if (value === 0) return '0.0';
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 1; digits < ENOUGH_DIGITS; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(ENOUGH_DIGITS)));
}

/** A number's text with `.0` if nothing in it shows that it is no integer. */
export function withPoint(text: string): string {
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The exponent of the first digit. */
function decimalExponent(magnitude: number): number {
  const estimate = Math.floor(Math.log10(magnitude));
  return magnitude >= powerOfTen(estimate + 1)
    ? estimate + 1
    : magnitude < powerOfTen(estimate)
      ? estimate - 1
      : estimate;
}

/** True if the decimal, which is within the slack of `approximation`, certainly rounds to `single`. */
function standsFor(approximation: number, single: number): boolean {
  return (
    Math.fround(approximation * (1 - SLACK)) === single && Math.fround(approximation * (1 + SLACK)) === single
  );
}

/** Writes mantissa * 10^exponent without trailing zeros. */
function putDecimal(output: JsonOutput, mantissa: number, exponent: number): void {
  let digits = mantissa;
  let power = exponent;
  while (digits % 10 === 0) {
    digits /= 10;
    power += 1;
  }
  const count = digitCount(digits);
  const first = power + count - 1;
  if (first < LEAST_PLAIN_EXPONENT || first > MOST_PLAIN_EXPONENT) {
    putScientific(output, digits, count, first);
  } else if (power >= 0) {
    putDigits(output, digits, count);
    for (let zeros = power; zeros > 0; zeros--) putByte(output, BYTE.zero);
    putAscii(output, '.0');
  } else if (first < 0) {
    putAscii(output, '0.');
    for (let zeros = -first - 1; zeros > 0; zeros--) putByte(output, BYTE.zero);
    putDigits(output, digits, count);
  } else {
    putPointed(output, digits, count, count + power);
  }
}

function putScientific(output: JsonOutput, digits: number, count: number, exponent: number): void {
  if (count === 1) putDigits(output, digits, count);
  else putPointed(output, digits, count, 1);
  putAscii(output, `e${exponent}`);
}

/** Writes the digits with a point after the first `before` of them. */
function putPointed(output: JsonOutput, digits: number, count: number, before: number): void {
  const { bytes, length } = output;
  putDigits(output, digits, count);
  bytes.copyWithin(length + before + 1, length + before, length + count);
  bytes[length + before] = BYTE.dot;
  output.length += 1;
}

function putDigits(output: JsonOutput, digits: number, count: number): void {
  let rest = digits;
  for (let index = output.length + count - 1; index >= output.length; index--) {
    const next = Math.trunc(rest / 10);
    output.bytes[index] = BYTE.zero + (rest - next * 10);
    rest = next;
  }
  output.length += count;
}

function digitCount(digits: number): number {
  let count = 1;
  for (let limit = 10; digits >= limit; limit *= 10) count += 1;
  return count;
}

function powerOfTen(exponent: number): number {
  return POWERS_OF_TEN[exponent + POWER_RANGE] ?? Number.NaN;
}
