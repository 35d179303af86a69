import { readAnyString } from '../../../../json/any-string.ts';
import { accept, asBuffer, asciiSlice, BYTE, type JsonCursor, peek } from '../../../../json/cursor.ts';
import { skipAnyString, skipAnyValue } from '../../../../json/skip-any-value.ts';

/** The kinds of JSON values, as the stock server's messages name them. */
export type JsonType = 'Null' | 'False' | 'True' | 'Object' | 'Array' | 'String' | 'Number';

const TYPES: ReadonlyMap<number, JsonType> = new Map([
  [BYTE.openObject, 'Object'],
  [BYTE.openArray, 'Array'],
  [BYTE.quote, 'String'],
  ['n'.charCodeAt(0), 'Null'],
  ['f'.charCodeAt(0), 'False'],
  ['t'.charCodeAt(0), 'True'],
]);

/** The kind of the value that comes next in a text that was checked. */
export function nextType(cursor: JsonCursor): JsonType {
  return TYPES.get(peek(cursor)) ?? 'Number';
}

/** Reads a string as text; bytes that are no UTF-8 become replacement characters. */
export function readAnyText(cursor: JsonCursor): string {
  return asBuffer(readAnyString(cursor)).toString('utf8');
}

/** Calls `visit` before each value of the array that comes next. It stops, and returns, at what `visit` returns. */
export function visitItems<T>(cursor: JsonCursor, visit: (index: number) => T | undefined): T | undefined {
  cursor.offset += 1;
  if (accept(cursor, BYTE.closeArray)) return undefined;
  let index = 0;
  do {
    const result = visit(index);
    if (result !== undefined) return result;
    index += 1;
  } while (accept(cursor, BYTE.comma));
  cursor.offset += 1;
  return undefined;
}

/** The same for the members of an object; keys may come more than once. */
export function visitMembers<T>(cursor: JsonCursor, visit: (key: string) => T | undefined): T | undefined {
  cursor.offset += 1;
  if (accept(cursor, BYTE.closeObject)) return undefined;
  do {
    peek(cursor);
    const key = readAnyText(cursor);
    accept(cursor, BYTE.colon);
    peek(cursor);
    const result = visit(key);
    if (result !== undefined) return result;
  } while (accept(cursor, BYTE.comma));
  cursor.offset += 1;
  return undefined;
}

/** True if `{"b64": "<text>"}` with no other key comes next: a value that is written as an object. */
export function isBase64Object(cursor: JsonCursor): boolean {
  const start = cursor.offset;
  const found = peek(cursor) === BYTE.openObject && hasBase64Alone(cursor);
  cursor.offset = start;
  return found;
}

function hasBase64Alone(cursor: JsonCursor): boolean {
  cursor.offset += 1;
  if (peek(cursor) !== BYTE.quote || readKeyBriefly(cursor) !== 'b64') return false;
  accept(cursor, BYTE.colon);
  if (peek(cursor) !== BYTE.quote) return false;
  skipAnyString(cursor);
  return peek(cursor) === BYTE.closeObject;
}

/** The text of a key if it could be `b64`, however that is escaped; no long key is decoded. */
function readKeyBriefly(cursor: JsonCursor): string | undefined {
  const start = cursor.offset;
  skipAnyString(cursor);
  if (cursor.offset - start > '"\\u0062\\u0036\\u0034"'.length) return undefined;
  cursor.offset = start;
  return readAnyText(cursor);
}

/** Reads `{"b64": "<text>"}`; `undefined` if the text is not base64. Padding may be left out, and white space is passed. */
export function readBase64Object(cursor: JsonCursor): Uint8Array | undefined {
  let decoded: Uint8Array | undefined;
  visitMembers(cursor, () => {
    decoded = decodeBase64(asBuffer(readAnyString(cursor)).toString('latin1'));
  });
  return decoded;
}

function decodeBase64(text: string): Uint8Array | undefined {
  const dense = text.replace(/[\t-\r ]+/g, '');
  const [, characters, padding] = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(dense) ?? [];
  if (characters === undefined || characters.length % 4 === 1) return undefined;
  if (padding !== '' && dense.length % 4 !== 0) return undefined;
  return new Uint8Array(Buffer.from(characters, 'base64'));
}

/** The text of the number that comes next, which is moved past. */
export function readNumberText(cursor: JsonCursor): string {
  const start = cursor.offset;
  skipAnyValue(cursor);
  return asciiSlice(cursor.bytes, start, cursor.offset);
}

/** The number that a text stands for that `readNumberText` gave. */
export function toNumber(text: string): number {
  if (text.endsWith('NaN')) return Number.NaN;
  return text.includes('Inf') ? (text.startsWith('-') ? -1 : 1) * Number.POSITIVE_INFINITY : Number(text);
}

/** More characters than an integer of 64 bits can have. */
const MAX_INTEGER_LENGTH = 20;

/** The integer of at most 64 bits, signed or not, that a number's text is; `undefined` for any other number. */
export function toInteger(text: string): bigint | undefined {
  if (text.length > MAX_INTEGER_LENGTH || !/^-?\d+$/.test(text)) return undefined;
  const value = BigInt(text);
  return value >= -(2n ** 63n) && value < 2n ** 64n ? value : undefined;
}
