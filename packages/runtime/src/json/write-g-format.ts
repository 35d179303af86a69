import { BYTE } from './cursor.ts';
import { type JsonOutput, putAscii, putByte, reserve } from './output.ts';

/** `%g` prints so many digits, and `printf` with these precisions always tells a number from its neighbours. */
const FEW_DIGITS = 6;
const SINGLE_DIGITS = 9;
const DOUBLE_DIGITS = 17;

/** The smallest exponent that `%g` prints without an exponent. */
const LEAST_PLAIN_EXPONENT = -4;

/** Room for the longest number: 17 digits, point, sign, exponent. */
const NUMBER_BYTES = 32;

/** 10^0 to 10^22: the powers of ten that a double holds exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Singles in this range are scaled to 9 digits by one exact power, that is with one rounding. */
const LEAST_QUICK = 1e-10;
const MOST_QUICK = 1e20;

/** Far more than the rounding of a scaled number below 10^9, which is at most 2^-24. */
const MIDDLE_SLACK = 1e-6;

/** More than the rounding of a quotient of two exact numbers. */
const QUOTIENT_SLACK = 2 ** -51;

/**
 * Writes a single as TensorFlow Serving does: `%g`, or `%.9g` where that does not read back as the same single; with
 * `.0` if there is neither point nor exponent; NaN, Infinity and -Infinity bare.
 */
export function putGeneralSingle(output: JsonOutput, value: number): void {
  reserve(output, NUMBER_BYTES);
  if (!putQuickSingle(output, value)) putAscii(output, exactSingle(value));
}

/** The same for a double, with `%.17g`. */
export function putGeneralDouble(output: JsonOutput, value: number): void {
  reserve(output, NUMBER_BYTES);
  putAscii(
    output,
    generalText(value, DOUBLE_DIGITS, (text) => Number(text) === value),
  );
}

function exactSingle(value: number): string {
  return generalText(value, SINGLE_DIGITS, (text) => Math.fround(Number(text)) === value);
}

function generalText(value: number, enough: number, readsBack: (text: string) => boolean): string {
  if (!Number.isFinite(value)) return String(value);
  const short = printed(value, FEW_DIGITS);
  return readsBack(short) ? short : printed(value, enough);
}

/** A number as `printf` rounds it: exactly, and from the middle to the even digit. */
function printed(value: number, precision: number): string {
  const [mantissa = '', exponent = ''] = Math.abs(value)
    .toExponential(precision - 1)
    .split('e');
  const digits = mantissa.replace('.', '');
  const last = Number(digits.at(-1));
  const even = last % 2 === 1 && isMiddle(value, precision) ? digits.slice(0, -1) + (last - 1) : digits;
  return (value < 0 || Object.is(value, -0) ? '-' : '') + laidOut(even, Number(exponent), precision);
}

/** True if the number is exactly half-way between two of `precision` digits; JavaScript rounds it up then. */
function isMiddle(value: number, precision: number): boolean {
  const beyond = value.toExponential(100).split('e', 1)[0]?.replace(/[-.]/g, '').slice(precision) ?? '';
  return /^50*$/.test(beyond);
}

/** Writes a usual single by arithmetic alone; false, and nothing written, where that is not certain. */
function putQuickSingle(output: JsonOutput, value: number): boolean {
  const magnitude = Math.abs(value);
  if (!(magnitude >= LEAST_QUICK && magnitude < MOST_QUICK)) return false;
  const exponent = decimalExponent(magnitude);
  const few = roundedDigits(magnitude, FEW_DIGITS - 1 - exponent);
  const short = scaled(few, exponent - FEW_DIGITS + 1);
  const nearest = Math.fround(short * (1 - QUOTIENT_SLACK));
  if (nearest !== Math.fround(short * (1 + QUOTIENT_SLACK))) return false;
  const precision = nearest === magnitude ? FEW_DIGITS : SINGLE_DIGITS;
  const digits = precision === FEW_DIGITS ? few : roundedDigits(magnitude, SINGLE_DIGITS - 1 - exponent);
  if (!(digits < 10 ** precision)) return false;
  if (value < 0) putByte(output, BYTE.minus);
  if (exponent >= 0 && exponent < precision) putPlain(output, digits, precision, exponent + 1);
  else if (exponent < 0 && exponent >= LEAST_PLAIN_EXPONENT)
    putFraction(output, digits, precision, -exponent);
  else putAscii(output, laidOut(String(digits), exponent, precision));
  return true;
}

/** Writes `count` digits with the point after the first `before` of them, and without zeros at the end but for one. */
function putPlain(output: JsonOutput, digits: number, count: number, before: number): void {
  const { bytes, length } = output;
  let rest = digits;
  let end = length;
  for (let index = length + count; index >= length; index -= 1) {
    if (index === length + before) {
      bytes[index] = BYTE.dot;
      end = Math.max(end, index + 1);
      continue;
    }
    const next = Math.trunc(rest / 10);
    const digit = rest - next * 10;
    bytes[index] = BYTE.zero + digit;
    if (digit > 0) end = Math.max(end, index + 1);
    rest = next;
  }
  output.length = end;
  if (end === length + before + 1) putByte(output, BYTE.zero);
}

/** Writes `count` digits that stand behind the point, of which the first is at the place `place`. */
function putFraction(output: JsonOutput, digits: number, count: number, place: number): void {
  putAscii(output, '0.');
  for (let zeros = place - 1; zeros > 0; zeros -= 1) putByte(output, BYTE.zero);
  let rest = digits;
  let left = count;
  while (rest % 10 === 0) {
    rest /= 10;
    left -= 1;
  }
  for (let index = output.length + left - 1; index >= output.length; index -= 1) {
    const next = Math.trunc(rest / 10);
    output.bytes[index] = BYTE.zero + (rest - next * 10);
    rest = next;
  }
  output.length += left;
}

function decimalExponent(magnitude: number): number {
  const estimate = Math.floor(Math.log10(magnitude));
  if (scaled(magnitude, -estimate) >= 10) return estimate + 1;
  return scaled(magnitude, -estimate) < 1 ? estimate - 1 : estimate;
}

/** `magnitude` * 10^shift as a whole number; NaN if it may be the middle between two. */
function roundedDigits(magnitude: number, shift: number): number {
  const exact = scaled(magnitude, shift);
  const whole = Math.floor(exact);
  const rest = exact - whole - 0.5;
  if (Math.abs(rest) < MIDDLE_SLACK) return Number.NaN;
  return rest < 0 ? whole : whole + 1;
}

/** `value` * 10^shift with one rounding; NaN where the power is not exact. */
function scaled(value: number, shift: number): number {
  return shift < 0 ? value / (POWERS_OF_TEN[-shift] ?? NaN) : value * (POWERS_OF_TEN[shift] ?? NaN);
}

/** The digits, of which the first has the exponent, as `%g` lays them out; with `.0` where nothing else shows a float. */
function laidOut(padded: string, exponent: number, precision: number): string {
  const digits = withoutZeros(padded);
  if (exponent < LEAST_PLAIN_EXPONENT || exponent >= precision) {
    const point = digits.length > 1 ? '.' : '';
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${digits[0]}${point}${digits.slice(1)}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const before = exponent + 1;
  if (digits.length <= before) return `${digits.padEnd(before, '0')}.0`;
  return `${digits.slice(0, before)}.${digits.slice(before)}`;
}

/** Without the zeros at the end, but for the first digit. */
function withoutZeros(digits: string): string {
  let end = digits.length;
  while (end > 1 && digits.charCodeAt(end - 1) === 48) end -= 1;
  return end === digits.length ? digits : digits.slice(0, end);
}
