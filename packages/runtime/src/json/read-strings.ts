import { isUtf8 } from 'node:buffer';
import {
  accept,
  asBuffer,
  asciiSlice,
  BYTE,
  byteAt,
  fail,
  failExpecting,
  type JsonCursor,
  peek,
} from './cursor.ts';
import type { Elements } from './elements.ts';

/** Escapes of one letter and the byte each stands for. */
const SHORT_ESCAPES: ReadonlyMap<number, number> = new Map(
  [
    ['"', '"'],
    ['\\', '\\'],
    ['/', '/'],
    ['b', '\b'],
    ['f', '\f'],
    ['n', '\n'],
    ['r', '\r'],
    ['t', '\t'],
  ].map(([letter = '', meaning = '']) => [letter.charCodeAt(0), meaning.charCodeAt(0)]),
);
const LOWER_U = 'u'.charCodeAt(0);

/** Reads a string as text; `undefined` on a problem. */
export function readText(cursor: JsonCursor): string | undefined {
  const bytes = readString(cursor);
  return bytes === undefined ? undefined : asBuffer(bytes).toString('utf8');
}

/**
 * Reads the elements of a BYTES tensor that are separated by commas: strings, which become their UTF-8 bytes, or
 * `{"b64": "…"}` for bytes that are no text. Returns how many it read; on a problem that is the index of
 * the wrong one. Elements are copies: the body is not kept alive by them.
 */
export function readByteStrings(cursor: JsonCursor, into: Elements<Uint8Array[]>, most: number): number {
  let count = 0;
  do {
    const first = peek(cursor);
    if (first !== BYTE.quote && first !== BYTE.openObject) {
      failExpecting(cursor, 'a string or {"b64": "…"}');
      return count;
    }
    const element = first === BYTE.quote ? readString(cursor) : readBase64Object(cursor);
    if (element === undefined) return count;
    into.values.push(new Uint8Array(element));
    into.length += 1;
    count += 1;
  } while (count < most && accept(cursor, BYTE.comma));
  return count;
}

function readBase64Object(cursor: JsonCursor): Uint8Array | undefined {
  const start = cursor.offset;
  cursor.offset += 1;
  if (peek(cursor) !== BYTE.quote || readText(cursor) !== 'b64' || !accept(cursor, BYTE.colon)) {
    fail(cursor, 'expected a string or an object with the one key "b64"', '', start);
    return undefined;
  }
  peek(cursor);
  const text = readText(cursor);
  if (text === undefined) return undefined;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    fail(cursor, 'the string under "b64" is not base64', '', start);
    return undefined;
  }
  if (!accept(cursor, BYTE.closeObject)) {
    failExpecting(cursor, '"}" after the value of "b64"');
    return undefined;
  }
  return Buffer.from(text, 'base64');
}

/** The UTF-8 bytes of the string that begins at the cursor; a view of the body where it has no escapes. */
export function readString(cursor: JsonCursor): Uint8Array | undefined {
  const { bytes } = cursor;
  const start = cursor.offset + 1;
  if (byteAt(bytes, cursor.offset) !== BYTE.quote) {
    failExpecting(cursor, 'a string');
    return undefined;
  }
  let end = start;
  let escaped = false;
  for (;;) {
    const byte = byteAt(bytes, end);
    if (byte === BYTE.quote) break;
    if (byte < BYTE.space) {
      if (end >= bytes.length) failExpecting(cursor, 'the end of the string', end);
      else fail(cursor, 'a control character must be escaped in a string', '', end);
      return undefined;
    }
    if (byte === BYTE.backslash) {
      escaped = true;
      end += 1;
    }
    end += 1;
  }
  const raw = bytes.subarray(start, end);
  if (!isUtf8(raw)) {
    fail(cursor, 'the text is not valid UTF-8', '', start + firstInvalidUtf8(raw));
    return undefined;
  }
  cursor.offset = end + 1;
  return escaped ? replaceEscapes(cursor, raw, start) : raw;
}

/** Replaces escapes; the result is never longer than the text. */
function replaceEscapes(cursor: JsonCursor, raw: Uint8Array, start: number): Uint8Array | undefined {
  const plain = Buffer.allocUnsafe(raw.length);
  let length = 0;
  for (let index = 0; index < raw.length; ) {
    const byte = byteAt(raw, index);
    if (byte !== BYTE.backslash) {
      plain[length++] = byte;
      index += 1;
      continue;
    }
    const letter = byteAt(raw, index + 1);
    const short = SHORT_ESCAPES.get(letter);
    if (short !== undefined) {
      plain[length++] = short;
      index += 2;
      continue;
    }
    const point = letter === LOWER_U ? codePointAt(raw, index) : undefined;
    if (point === undefined) {
      fail(
        cursor,
        'an escape in the string is not valid JSON, or half of a surrogate pair',
        '',
        start + index,
      );
      return undefined;
    }
    length += plain.write(String.fromCodePoint(point), length, 'utf8');
    index += point > 0xffff ? 12 : 6;
  }
  return plain.subarray(0, length);
}

/** The code point of one `\uXXXX`, or of a pair of them that is a surrogate pair. */
function codePointAt(raw: Uint8Array, index: number): number | undefined {
  const unit = codeUnitAt(raw, index);
  if (unit === undefined || unit < 0xd800 || unit > 0xdfff) return unit;
  const low = codeUnitAt(raw, index + 6);
  if (unit > 0xdbff || low === undefined || low < 0xdc00 || low > 0xdfff) return undefined;
  return 0x10000 + (((unit - 0xd800) << 10) | (low - 0xdc00));
}

function codeUnitAt(raw: Uint8Array, index: number): number | undefined {
  const text = asciiSlice(raw, index, index + 6);
  return /^\\u[0-9a-fA-F]{4}$/.test(text) ? Number.parseInt(text.slice(2), 16) : undefined;
}

/** Index of the first byte that begins no valid UTF-8 sequence: halving steps first, then character by character. */
function firstInvalidUtf8(bytes: Uint8Array): number {
  let valid = 0;
  for (let step = bytes.length >>> 1; step >= 8; step >>>= 1) {
    let end = valid + step;
    while (end > valid && isContinuation(byteAt(bytes, end))) end -= 1;
    if (isUtf8(bytes.subarray(valid, end))) valid = end;
  }
  for (;;) {
    const lead = byteAt(bytes, valid);
    const size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (valid >= bytes.length || !isUtf8(bytes.subarray(valid, valid + size))) return valid;
    valid += size;
  }
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
