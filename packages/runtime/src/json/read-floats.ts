import { BYTE, byteAt, type JsonCursor, peek } from './cursor.ts';
import { EXACT_BELOW, powerOfTen, roundsToOneSingle } from './decimal.ts';
import { type Elements, grow } from './elements.ts';
import { readNumber } from './read-number.ts';

/** The arrays that floating-point numbers are read into. */
export type FloatArray = Float16Array | Float32Array | Float64Array;

/** Digits that are added up at once: integers of 9 digits fit 31 bits, and 32-bit arithmetic takes half the time. */
const PART_DIGITS = 9;

/**
 * Reads numbers that are separated by commas, at most `most` of them, and returns how many it read; on
 * a problem that is the index of the wrong one. Integers count as numbers, and so do the bare words NaN,
 * Infinity and -Infinity. Each is rounded to the nearest double, and from there to the array's type.
 *
 * This loop is the hottest of a replica. It does the usual number itself, at most 9 digits before the point and 18
 * behind it, because a call would cost more than the digits; `readNumber` does all others.
 */
export function readFloats(cursor: JsonCursor, into: Elements<FloatArray>, most: number): number {
  const { bytes } = cursor;
  const isSingle = into.values instanceof Float32Array;
  let { values, length } = into;
  let offset = cursor.offset;
  let count = 0;
  for (;;) {
    if (bytes[offset + 1] === BYTE.comma) {
      const read = readLoneDigits(bytes, offset, values, length, most - count - 1);
      offset += 2 * read;
      length += read;
      count += read;
    }
    let byte = byteAt(bytes, offset);
    if (byte <= BYTE.space) {
      cursor.offset = offset;
      byte = peek(cursor);
      offset = cursor.offset;
    }
    const start = offset;
    const negative = byte === BYTE.minus;
    if (negative) offset += 1;

    const first = offset;
    let integer = 0;
    let digit = digitAt(bytes, offset);
    for (; digit <= 9; digit = digitAt(bytes, ++offset)) integer = (Math.imul(integer, 10) + digit) | 0;
    const integerDigits = offset - first;
    let isUsual =
      integerDigits === 1 ||
      (integerDigits > 1 && integerDigits <= PART_DIGITS && bytes[first] !== BYTE.zero);
    let value = integer;

    if (byteAt(bytes, offset) === BYTE.dot) {
      const fraction = ++offset;
      const middle = fraction + PART_DIGITS;
      let head = 0;
      digit = digitAt(bytes, offset);
      for (; digit <= 9 && offset < middle; digit = digitAt(bytes, ++offset)) {
        head = (Math.imul(head, 10) + digit) | 0;
      }
      const headDigits = offset - fraction;
      let tail = 0;
      for (; digit <= 9; digit = digitAt(bytes, ++offset)) tail = (Math.imul(tail, 10) + digit) | 0;
      const digits = offset - fraction;
      // Each step rounds at most once, and not at all while there are no more than 15 digits.
      const mantissa = (integer * powerOfTen(headDigits) + head) * powerOfTen(digits - headDigits) + tail;
      value = mantissa / powerOfTen(digits);
      isUsual &&=
        digits > 0 &&
        digits <= 2 * PART_DIGITS &&
        (mantissa < EXACT_BELOW || (isSingle && roundsToOneSingle(value)));
    }

    if (length === values.length) values = grow(into as Elements<Float32Array>);
    byte = byteAt(bytes, offset);
    if (isUsual && (byte === BYTE.comma || byte === BYTE.closeArray)) {
      values[length] = negative ? -value : value;
    } else {
      cursor.offset = start;
      if (!readNumber(cursor, values, length)) return count;
      byte = peek(cursor);
      offset = cursor.offset;
    }
    length += 1;
    count += 1;
    if (byte !== BYTE.comma || count === most) break;
    offset += 1;
  }
  cursor.offset = offset;
  into.length = length;
  return count;
}

/**
 * Reads numbers of one digit that have their comma right behind them, and returns how many these were: most of a
 * drawing, of a one-hot row, or of a table of flags.
 */
function readLoneDigits(
  bytes: Uint8Array,
  start: number,
  values: FloatArray,
  length: number,
  most: number,
): number {
  const room = Math.min(most, values.length - length);
  let count = 0;
  for (let offset = start; count < room; offset += 2) {
    const digit = digitAt(bytes, offset);
    if (digit > 9 || bytes[offset + 1] !== BYTE.comma) break;
    values[length + count++] = digit;
  }
  return count;
}

/** The digit at `offset`, or more than 9 where there is none: one comparison tells, also behind the end of the text. */
function digitAt(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) ^ BYTE.zero;
}
