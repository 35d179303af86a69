import { asciiSlice, BYTE, byteAt, type JsonCursor, peek } from './cursor.ts';
import { readNumber } from './read-number.ts';
import { readText } from './read-strings.ts';
import { skipValue } from './skip-value.ts';

/** A value that is no array, object or null; a whole number of at most 64 bits is a bigint, any other a number. */
export type Scalar = string | boolean | bigint | number;

const LEAST_INT64 = -(2n ** 63n);
const MOST_UINT64 = 2n ** 64n - 1n;

/** The digits of 2^64 - 1. */
const MOST_DIGITS = 20;

/** Reads one value. Arrays, objects and null are passed, and `undefined`; so is a problem. */
export function readScalar(cursor: JsonCursor): Scalar | undefined {
  const first = peek(cursor);
  if (first === BYTE.quote) return readText(cursor);
  const whole = wholeNumber(cursor);
  if (whole !== undefined) return whole;
  const start = cursor.offset;
  if (first === BYTE.minus || (first >= BYTE.zero && first <= BYTE.nine)) return anyNumber(cursor);
  skipValue(cursor);
  const word = asciiSlice(cursor.bytes, start, Math.min(cursor.offset, start + 'Infinity'.length));
  if (word === 'true' || word === 'false') return word === 'true';
  return word === 'NaN' || word === 'Infinity' ? Number(word) : undefined;
}

function wholeNumber(cursor: JsonCursor): bigint | undefined {
  const { bytes, offset: start } = cursor;
  const first = byteAt(bytes, start) === BYTE.minus ? start + 1 : start;
  let end = first;
  let byte = byteAt(bytes, end);
  while (byte >= BYTE.zero && byte <= BYTE.nine && end - first <= MOST_DIGITS) byte = byteAt(bytes, ++end);
  const digits = end - first;
  if (digits === 0 || digits > MOST_DIGITS || (digits > 1 && byteAt(bytes, first) === BYTE.zero)) {
    return undefined;
  }
  if (byte === BYTE.dot || byte === BYTE.lowerE || byte === BYTE.upperE) return undefined;
  const value = BigInt(asciiSlice(bytes, start, end));
  if (value < LEAST_INT64 || value > MOST_UINT64) return undefined;
  cursor.offset = end;
  return value;
}

function anyNumber(cursor: JsonCursor): number | undefined {
  const into: number[] = [];
  return readNumber(cursor, into, 0) ? into[0] : undefined;
}
