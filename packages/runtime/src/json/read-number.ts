import { asciiSlice, BYTE, byteAt, failExpecting, type JsonCursor } from './cursor.ts';
import { HALF_DIGITS, nearestDouble } from './decimal.ts';

/** Larger exponents change nothing: the number is zero or infinite long before. */
const EXPONENT_CAP = 100_000;

/** The parts of a number's text; `head` and `tail` are its first digits, from the first that is not zero. */
interface NumberText {
  readonly head: number;
  readonly tail: number;
  readonly digits: number;
  /** Power of ten of the last digit. */
  readonly exponent: number;
}

/**
 * Reads any number of JSON, or a bare NaN or infinity, into `values[index]`; false on a problem. Digits that stand for
 * more than a double holds are one, as to the stock servers: only the word means infinity.
 */
export function readNumber(cursor: JsonCursor, values: { [index: number]: number }, index: number): boolean {
  const start = cursor.offset;
  const negative = byteAt(cursor.bytes, start) === BYTE.minus;
  if (negative) cursor.offset += 1;
  const first = cursor.offset;
  const text = isDigit(byteAt(cursor.bytes, first)) ? readDigits(cursor) : undefined;
  let value: number;
  if (text === undefined) {
    value = readWord(cursor, negative);
  } else {
    value = nearestDouble(text.head, text.tail, Math.max(0, text.digits - HALF_DIGITS), text.exponent);
    if (Number.isNaN(value)) value = Number(asciiSlice(cursor.bytes, first, cursor.offset));
    if (value === Number.POSITIVE_INFINITY) failExpecting(cursor, 'a number that a double can hold', start);
  }
  if (cursor.problem !== undefined) return false;
  values[index] = negative ? -value : value;
  return true;
}

function readDigits(cursor: JsonCursor): NumberText {
  const { bytes, offset: first } = cursor;
  let offset = first;
  let byte = byteAt(bytes, offset);
  let point = -1;
  let head = 0;
  let tail = 0;
  let digits = 0;
  for (; isDigit(byte) || (byte === BYTE.dot && point < 0); byte = byteAt(bytes, ++offset)) {
    if (byte === BYTE.dot) {
      point = offset;
    } else if (digits < HALF_DIGITS) {
      head = head * 10 + (byte - BYTE.zero);
      if (head !== 0) digits += 1;
    } else {
      if (digits < 2 * HALF_DIGITS) tail = tail * 10 + (byte - BYTE.zero);
      digits += 1;
    }
  }
  cursor.offset = offset;
  const integerDigits = (point < 0 ? offset : point) - first;
  if (integerDigits > 1 && byteAt(bytes, first) === BYTE.zero) {
    failExpecting(cursor, 'a number without leading zeros', first);
  }
  if (point === offset - 1) failExpecting(cursor, 'a digit after the point', offset);
  const written = byte === BYTE.lowerE || byte === BYTE.upperE ? readExponent(cursor) : 0;
  return { head, tail, digits, exponent: written - (point < 0 ? 0 : offset - point - 1) };
}

function readExponent(cursor: JsonCursor): number {
  const { bytes } = cursor;
  let offset = cursor.offset + 1;
  let byte = byteAt(bytes, offset);
  const negative = byte === BYTE.minus;
  if (negative || byte === BYTE.plus) byte = byteAt(bytes, ++offset);
  const first = offset;
  let exponent = 0;
  for (; isDigit(byte); byte = byteAt(bytes, ++offset)) {
    if (exponent < EXPONENT_CAP) exponent = exponent * 10 + (byte - BYTE.zero);
  }
  if (offset === first) failExpecting(cursor, 'a digit in the exponent', offset);
  cursor.offset = offset;
  return negative ? -exponent : exponent;
}

/** The bare words for what has no digits. */
function readWord(cursor: JsonCursor, negative: boolean): number {
  const { bytes, offset } = cursor;
  const text = asciiSlice(bytes, offset, offset + 'Infinity'.length);
  const word = text.startsWith('NaN') && !negative ? 'NaN' : 'Infinity';
  if (text.startsWith(word)) cursor.offset = offset + word.length;
  else failExpecting(cursor, 'a number', negative ? offset - 1 : offset);
  return Number(word);
}

function isDigit(byte: number): boolean {
  return byte >= BYTE.zero && byte <= BYTE.nine;
}
