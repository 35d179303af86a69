/** What was wrong with a JSON text: a sentence without its full stop, the byte where, and the path of the value. */
export interface JsonProblem {
  readonly text: string;
  readonly offset: number;
  readonly path: string;
}

/**
 * A place in the bytes of a JSON text. Readers move `offset` on; the first thing that is wrong is kept in
 * `problem`, and every reader gives up when it is set.
 */
export interface JsonCursor {
  readonly bytes: Uint8Array;
  offset: number;
  problem: JsonProblem | undefined;
}

/** The bytes that mean something in JSON. NUL, which does not, stands for the end of the text. */
export const BYTE = {
  end: 0,
  tab: 9,
  lineFeed: 10,
  carriageReturn: 13,
  space: 32,
  quote: 34,
  plus: 43,
  comma: 44,
  minus: 45,
  dot: 46,
  zero: 48,
  nine: 57,
  colon: 58,
  upperE: 69,
  openArray: 91,
  backslash: 92,
  closeArray: 93,
  lowerE: 101,
  openObject: 123,
  closeObject: 125,
} as const;

/** Characters of a wrong token that an error message shows. */
const SHOWN_CHARACTERS = 24;

/** A cursor at the beginning of a text. */
export function openJson(bytes: Uint8Array): JsonCursor {
  return { bytes, offset: 0, problem: undefined };
}

/** The byte at `offset`, or NUL at the end. */
export function byteAt(bytes: Uint8Array, offset: number): number {
  return bytes[offset] ?? BYTE.end;
}

/** True for the four bytes that may stand between tokens. */
export function isSpace(byte: number): boolean {
  return byte === BYTE.space || byte === BYTE.lineFeed || byte === BYTE.carriageReturn || byte === BYTE.tab;
}

/** Moves to the next byte that is not white space, and returns it without reading it. */
export function peek(cursor: JsonCursor): number {
  const { bytes } = cursor;
  let offset = cursor.offset;
  let byte = byteAt(bytes, offset);
  while (isSpace(byte)) byte = byteAt(bytes, ++offset);
  cursor.offset = offset;
  return byte;
}

/** Reads `byte` if it comes next. */
export function accept(cursor: JsonCursor, byte: number): boolean {
  if (peek(cursor) !== byte) return false;
  cursor.offset += 1;
  return true;
}

/** Keeps what is wrong, unless something was wrong before. */
export function fail(cursor: JsonCursor, text: string, path = '', offset = cursor.offset): void {
  cursor.problem ??= { text, offset, path };
}

/** Puts the path of the outer value before that of the problem. */
export function failedInside(cursor: JsonCursor, path: string): void {
  if (cursor.problem !== undefined) {
    cursor.problem = { ...cursor.problem, path: path + cursor.problem.path };
  }
}

/** Keeps that something else was expected than what stands at `offset`. */
export function failExpecting(cursor: JsonCursor, expected: string, offset = cursor.offset): void {
  fail(cursor, `expected ${expected}, found ${describeAt(cursor.bytes, offset)}`, '', offset);
}

/** The token at `offset` as a message shows it: cut to a few characters, with nothing that could harm a log. */
function describeAt(bytes: Uint8Array, offset: number): string {
  if (offset >= bytes.length) return 'the end of the body';
  const first = byteAt(bytes, offset);
  if (first === BYTE.openArray) return 'an array';
  if (first === BYTE.openObject) return 'an object';
  if (first === BYTE.quote) return 'a string';
  if (first < BYTE.space || first > 126) return `byte 0x${first.toString(16).padStart(2, '0')}`;
  let end = offset + 1;
  while (end < bytes.length && end - offset < SHOWN_CHARACTERS && isTokenByte(byteAt(bytes, end))) end += 1;
  return `"${asciiSlice(bytes, offset, end)}"`;
}

function isTokenByte(byte: number): boolean {
  return /[A-Za-z0-9_.+-]/.test(String.fromCharCode(byte));
}

/** Bytes that are known to be ASCII as text. */
export function asciiSlice(bytes: Uint8Array, start: number, end: number): string {
  return asBuffer(bytes).toString('latin1', start, end);
}

/** The same bytes as a Buffer, without a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
