import { accept, asciiSlice, BYTE, byteAt, fail, type JsonCursor, peek } from './cursor.ts';

/** What can be wrong with a text, in RapidJSON's words, which TensorFlow Serving passes on. */
const WRONG = {
  value: 'Invalid value.',
  name: 'Missing a name for object member.',
  colon: 'Missing a colon after a name of object member.',
  member: "Missing a comma or '}' after an object member.",
  element: "Missing a comma or ']' after an array element.",
  hex: 'Incorrect hex digit after \\u escape in string.',
  surrogate: 'The surrogate pair in string is invalid.',
  escape: 'Invalid escape character in string.',
  quote: 'Missing a closing quotation mark in string.',
  fraction: 'Miss fraction part in number.',
  exponent: 'Miss exponent in number.',
  tooBig: 'Number too big to be stored in double.',
} as const;

const TRUE = asciiBytes('true');
const FALSE = asciiBytes('false');
const NULL = asciiBytes('null');
const NAN = asciiBytes('NaN');
const INF = asciiBytes('Inf');
const INITY = asciiBytes('inity');
const SHORT_ESCAPES = asciiBytes('"\\/bfnrt');
const LOWER_U = 0x75;

/** Digits of the largest double: a shorter number without an exponent is no larger. */
const LARGEST_DIGITS = 309;

/** Levels for which there is room at first; no tensor has so many axes. */
const FIRST_LEVELS = 32;

/** The containers that are open: for each the byte that closes it. */
interface OpenContainers {
  closers: Uint8Array;
  depth: number;
}

/**
 * Moves past one value of any kind, however deep, and checks that it is what RapidJSON takes: JSON, or a bare NaN, Inf
 * or Infinity with or without a sign. Strings may hold any bytes. Depth costs a byte a level and no stack; the time is
 * linear in the text. The problem is in RapidJSON's words.
 */
export function skipAnyValue(cursor: JsonCursor): void {
  const open: OpenContainers = { closers: new Uint8Array(FIRST_LEVELS), depth: 0 };
  do {
    beginValue(cursor, open);
  } while (cursor.problem === undefined && endValues(cursor, open));
}

/** Moves past a scalar or an empty container, into all containers before it. */
function beginValue(cursor: JsonCursor, open: OpenContainers): void {
  while (cursor.problem === undefined) {
    const byte = peek(cursor);
    if (byte === BYTE.openArray) {
      enter(cursor, open, BYTE.closeArray);
      if (peek(cursor) === BYTE.closeArray) return;
    } else if (byte === BYTE.openObject) {
      enter(cursor, open, BYTE.closeObject);
      if (peek(cursor) === BYTE.closeObject) return;
      skipName(cursor);
    } else {
      skipScalar(cursor, byte);
      return;
    }
  }
}

function enter(cursor: JsonCursor, open: OpenContainers, closer: number): void {
  if (open.depth === open.closers.length) {
    const larger = new Uint8Array(open.closers.length * 2);
    larger.set(open.closers);
    open.closers = larger;
  }
  open.closers[open.depth++] = closer;
  cursor.offset += 1;
}

/** Leaves the containers that end here. True if another value must follow. */
function endValues(cursor: JsonCursor, open: OpenContainers): boolean {
  while (open.depth > 0) {
    const closer = open.closers[open.depth - 1];
    const isObject = closer === BYTE.closeObject;
    const byte = peek(cursor);
    if (byte === BYTE.comma) {
      cursor.offset += 1;
      if (isObject) skipName(cursor);
      return cursor.problem === undefined;
    }
    if (byte !== closer) {
      fail(cursor, isObject ? WRONG.member : WRONG.element);
      return false;
    }
    cursor.offset += 1;
    open.depth -= 1;
  }
  return false;
}

function skipName(cursor: JsonCursor): void {
  if (peek(cursor) !== BYTE.quote) {
    fail(cursor, WRONG.name);
    return;
  }
  skipAnyString(cursor);
  if (cursor.problem === undefined && !accept(cursor, BYTE.colon)) fail(cursor, WRONG.colon);
}

function skipScalar(cursor: JsonCursor, first: number): void {
  if (first === BYTE.quote) skipAnyString(cursor);
  else if (first === TRUE[0]) skipWord(cursor, TRUE);
  else if (first === FALSE[0]) skipWord(cursor, FALSE);
  else if (first === NULL[0]) skipWord(cursor, NULL);
  else skipNumber(cursor);
}

/** Moves past the word, or to the first byte that differs, which is the problem. */
function skipWord(cursor: JsonCursor, word: Uint8Array): void {
  for (let index = 0; index < word.length; index += 1) {
    if (byteAt(cursor.bytes, cursor.offset) !== word[index]) {
      fail(cursor, WRONG.value);
      return;
    }
    cursor.offset += 1;
  }
}

/** Moves past the string that begins here; its bytes need not be UTF-8. */
export function skipAnyString(cursor: JsonCursor): void {
  const { bytes } = cursor;
  let offset = cursor.offset + 1;
  for (;;) {
    const byte = byteAt(bytes, offset);
    if (byte === BYTE.quote) break;
    if (byte === BYTE.backslash) {
      const size = escapeSize(cursor, offset);
      if (size === 0) return;
      offset += size;
    } else if (byte < BYTE.space) {
      fail(cursor, byte === BYTE.end ? WRONG.quote : WRONG.escape, '', offset);
      return;
    } else {
      offset += 1;
    }
  }
  cursor.offset = offset + 1;
}

/** Bytes of the escape at `offset`: 2, 6, or 12 for a surrogate pair; 0 if it is none, which is the problem. */
function escapeSize(cursor: JsonCursor, offset: number): 0 | 2 | 6 | 12 {
  const { bytes } = cursor;
  const letter = byteAt(bytes, offset + 1);
  if (letter !== LOWER_U) {
    if (SHORT_ESCAPES.includes(letter)) return 2;
    fail(cursor, WRONG.escape, '', offset);
    return 0;
  }
  const unit = hexAt(bytes, offset + 2);
  if (unit === undefined) {
    fail(cursor, WRONG.hex, '', offset);
    return 0;
  }
  if (unit < 0xd800 || unit > 0xdbff) return 6;
  const isPair = byteAt(bytes, offset + 6) === BYTE.backslash && byteAt(bytes, offset + 7) === LOWER_U;
  const low = isPair ? hexAt(bytes, offset + 8) : 0;
  if (low !== undefined && low >= 0xdc00 && low <= 0xdfff) return 12;
  fail(cursor, low === undefined ? WRONG.hex : WRONG.surrogate, '', offset);
  return 0;
}

/** The number that four hexadecimal digits stand for. */
export function hexAt(bytes: Uint8Array, offset: number): number | undefined {
  let value = 0;
  for (let index = offset; index < offset + 4; index += 1) {
    const digit = Number.parseInt(String.fromCharCode(byteAt(bytes, index)), 16);
    if (Number.isNaN(digit)) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

function skipNumber(cursor: JsonCursor): void {
  const { bytes, offset: start } = cursor;
  if (byteAt(bytes, cursor.offset) === BYTE.minus) cursor.offset += 1;
  const first = byteAt(bytes, cursor.offset);
  if (!isDigit(first)) {
    skipNonFinite(cursor, first);
    return;
  }
  if (first === BYTE.zero) cursor.offset += 1;
  else skipDigits(cursor);
  if (byteAt(bytes, cursor.offset) === BYTE.dot) {
    cursor.offset += 1;
    if (!skipDigits(cursor)) fail(cursor, WRONG.fraction);
  }
  const letter = byteAt(bytes, cursor.offset);
  const hasExponent = letter === BYTE.lowerE || letter === BYTE.upperE;
  if (hasExponent) skipExponent(cursor);
  if (cursor.problem !== undefined || (!hasExponent && cursor.offset - start < LARGEST_DIGITS)) return;
  const isHeld = Number.isFinite(Number(asciiSlice(bytes, start, cursor.offset)));
  if (!isHeld) fail(cursor, WRONG.tooBig, '', start);
}

function skipExponent(cursor: JsonCursor): void {
  cursor.offset += 1;
  const sign = byteAt(cursor.bytes, cursor.offset);
  if (sign === BYTE.plus || sign === BYTE.minus) cursor.offset += 1;
  if (!skipDigits(cursor)) fail(cursor, WRONG.exponent);
}

function skipNonFinite(cursor: JsonCursor, first: number): void {
  if (first === NAN[0]) {
    skipWord(cursor, NAN);
    return;
  }
  skipWord(cursor, INF);
  if (cursor.problem === undefined && byteAt(cursor.bytes, cursor.offset) === INITY[0]) {
    skipWord(cursor, INITY);
  }
}

/** False if there are none. */
function skipDigits(cursor: JsonCursor): boolean {
  const { bytes, offset: start } = cursor;
  let offset = start;
  while (isDigit(byteAt(bytes, offset))) offset += 1;
  cursor.offset = offset;
  return offset > start;
}

function isDigit(byte: number): boolean {
  return byte >= BYTE.zero && byte <= BYTE.nine;
}

function asciiBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
