import { BYTE, byteAt, type JsonCursor, peek } from './cursor.ts';
import { EXACT_DIGITS, powerOfTen, roundsToOneSingle, SINGLE_DIGITS } from './decimal.ts';
import { type Elements, grow } from './elements.ts';
import { readNumber } from './read-number.ts';

/** The arrays that floating-point numbers are read into. */
export type FloatArray = Float16Array | Float32Array | Float64Array;

/**
 * Reads numbers that are separated by commas, at most `most` of them, and returns how many it read; on
 * a problem that is the index of the wrong one. Integers count as numbers, and so do the bare words NaN,
 * Infinity and -Infinity. Each is rounded to the nearest double, and from there to the array's type.
 *
 * This loop is the hottest of a replica. It does the usual number itself, digits with or without a point, because a
 * call would cost more than the digits; `readNumber` does all others.
 */
export function readFloats(cursor: JsonCursor, into: Elements<FloatArray>, most: number): number {
  const { bytes } = cursor;
  const exactDigits = into.values instanceof Float32Array ? SINGLE_DIGITS : EXACT_DIGITS;
  let { values, length } = into;
  let count = 0;
  for (;;) {
    let byte = byteAt(bytes, cursor.offset);
    if (byte <= BYTE.space) byte = peek(cursor);
    let offset = cursor.offset;
    const negative = byte === BYTE.minus;
    if (negative) byte = byteAt(bytes, ++offset);

    const first = offset;
    let mantissa = 0;
    while (byte >= BYTE.zero && byte <= BYTE.nine) {
      mantissa = mantissa * 10 + (byte - BYTE.zero);
      byte = byteAt(bytes, ++offset);
    }
    const integerDigits = offset - first;
    let fractionDigits = 0;
    if (byte === BYTE.dot) {
      const fraction = ++offset;
      byte = byteAt(bytes, offset);
      while (byte >= BYTE.zero && byte <= BYTE.nine) {
        mantissa = mantissa * 10 + (byte - BYTE.zero);
        byte = byteAt(bytes, ++offset);
      }
      fractionDigits = offset - fraction;
    }

    const digits = integerDigits + fractionDigits;
    const value = mantissa / powerOfTen(fractionDigits);
    const isUsual =
      (byte === BYTE.comma || byte === BYTE.closeArray) &&
      (integerDigits === 1 || (integerDigits > 1 && bytes[first] !== BYTE.zero)) &&
      bytes[offset - 1] !== BYTE.dot &&
      (digits <= EXACT_DIGITS || (digits <= exactDigits && roundsToOneSingle(value)));
    if (length === values.length) values = grow(into as Elements<Float32Array>);
    if (isUsual) {
      values[length] = negative ? -value : value;
      cursor.offset = offset;
    } else {
      if (!readNumber(cursor, values, length)) return count;
      byte = peek(cursor);
    }
    length += 1;
    count += 1;
    if (byte !== BYTE.comma || count === most) break;
    cursor.offset += 1;
  }
  into.length = length;
  return count;
}
