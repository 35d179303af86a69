import { accept, asciiSlice, BYTE, byteAt, fail, failExpecting, type JsonCursor, peek } from './cursor.ts';
import { type Elements, grow, type NumberArray } from './elements.ts';

/** The smallest and largest value of an integer datatype, and its name for messages. */
export interface IntegerRange {
  readonly datatype: string;
  readonly least: number;
  readonly most: number;
}

/** The same for 64 bits, which a double cannot hold. */
export interface LongRange {
  readonly datatype: string;
  readonly least: bigint;
  readonly most: bigint;
}

/** A number of so many digits is below 10^15 < 2^53 and therefore exact in a double. */
const EXACT_DIGITS = 15;

/** More digits are out of range for every datatype; they are not made a BigInt, which takes more than linear time. */
const MOST_DIGITS = 20;

const TWO_TO_32 = 2 ** 32;

/**
 * Reads whole numbers of at most 32 bits that are separated by commas, at most `most` of them, and returns how
 * many it read; on a problem that is the index of the wrong one.
 */
export function readIntegers(
  cursor: JsonCursor,
  into: Elements<NumberArray>,
  most: number,
  range: IntegerRange,
): number {
  let { values, length } = into;
  let count = 0;
  do {
    peek(cursor);
    const start = cursor.offset;
    const value = readInteger(cursor, range.datatype);
    if (cursor.problem !== undefined) return count;
    if (!(value >= range.least && value <= range.most)) {
      failOutOfRange(cursor, range, start);
      return count;
    }
    if (length === values.length) values = grow(into as Elements<Int32Array>);
    values[length++] = value;
    count += 1;
  } while (count < most && accept(cursor, BYTE.comma));
  into.length = length;
  return count;
}

/** Like `readIntegers`, for 64 bits: every digit counts. */
export function readLongs(
  cursor: JsonCursor,
  into: Elements<BigInt64Array | BigUint64Array>,
  most: number,
  range: LongRange,
): number {
  let { values, length } = into;
  let words = wordsOf(values);
  let count = 0;
  do {
    peek(cursor);
    const start = cursor.offset;
    const value = readInteger(cursor, range.datatype);
    if (cursor.problem !== undefined) return count;
    if (length === values.length) {
      values = grow(into as Elements<BigInt64Array>);
      words = wordsOf(values);
    }
    if (Number.isNaN(value)) {
      const exact = exactValue(cursor, start);
      if (exact === undefined || exact < range.least || exact > range.most) {
        failOutOfRange(cursor, range, start);
        return count;
      }
      values[length] = exact;
    } else if (value < 0 && range.least === 0n) {
      failOutOfRange(cursor, range, start);
      return count;
    } else {
      words[2 * length] = value;
      words[2 * length + 1] = Math.floor(value / TWO_TO_32);
    }
    length += 1;
    count += 1;
  } while (count < most && accept(cursor, BYTE.comma));
  into.length = length;
  return count;
}

/** The whole number between `start` and the cursor; `undefined` if it is longer than any in range. */
function exactValue(cursor: JsonCursor, start: number): bigint | undefined {
  if (cursor.offset - start > MOST_DIGITS + 1) return undefined;
  return BigInt(asciiSlice(cursor.bytes, start, cursor.offset));
}

/** The value, exact, or NaN if it is a whole number of more digits than a double holds. */
function readInteger(cursor: JsonCursor, datatype: string): number {
  const { bytes } = cursor;
  const start = cursor.offset;
  let offset = start;
  let byte = byteAt(bytes, offset);
  const negative = byte === BYTE.minus;
  if (negative) byte = byteAt(bytes, ++offset);
  const digitsStart = offset;
  let value = 0;
  while (byte >= BYTE.zero && byte <= BYTE.nine) {
    value = value * 10 + (byte - BYTE.zero);
    byte = byteAt(bytes, ++offset);
  }
  const digits = offset - digitsStart;
  if (digits === 0) failExpecting(cursor, 'a whole number', start);
  else if (digits > 1 && bytes[digitsStart] === BYTE.zero) {
    failExpecting(cursor, 'a number without leading zeros', start);
  } else if (byte === BYTE.dot || byte === BYTE.lowerE || byte === BYTE.upperE) {
    failExpecting(cursor, `a whole number for ${datatype}, without point or exponent`, start);
  }
  cursor.offset = offset;
  if (digits > EXACT_DIGITS) return Number.NaN;
  return negative ? -value : value;
}

function failOutOfRange(cursor: JsonCursor, range: IntegerRange | LongRange, start: number): void {
  const text = asciiSlice(cursor.bytes, start, Math.min(cursor.offset, start + 24));
  fail(cursor, `${text} is out of range for ${range.datatype} (${range.least} to ${range.most})`, '', start);
}

/**
 * The halves of 64-bit elements, low half first: writing both costs a tenth of making a BigInt. Everything that
 * Node 24 runs on is little-endian but for s390x, for which ONNX Runtime has no build.
 */
function wordsOf(values: BigInt64Array | BigUint64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}
