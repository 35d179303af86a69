import { BYTE, byteAt, type JsonCursor } from './cursor.ts';
import { hexAt, skipAnyString } from './skip-any-value.ts';

const SHORT_ESCAPES: ReadonlyMap<number, number> = new Map(
  [...'bfnrt'].map((letter, index) => [letter.charCodeAt(0), '\b\f\n\r\t'.charCodeAt(index)]),
);
const LOWER_U = 0x75;

/**
 * Reads a string that `skipAnyString` takes, as its bytes, whatever they are: RapidJSON does not look whether they are
 * UTF-8, and writes half of a surrogate pair as three bytes. A view of the text where nothing is escaped.
 */
export function readAnyString(cursor: JsonCursor): Uint8Array {
  const start = cursor.offset + 1;
  skipAnyString(cursor);
  return replaceEscapes(cursor.bytes.subarray(start, cursor.offset - 1));
}

/** What stands between the quotes, with its escapes replaced. An escape that is cut off at the end is dropped. */
export function replaceEscapes(raw: Uint8Array): Uint8Array {
  const first = raw.indexOf(BYTE.backslash);
  if (first < 0) return raw;
  const plain = new Uint8Array(raw.length);
  plain.set(raw.subarray(0, first));
  let length = first;
  for (let index = first; index < raw.length; ) {
    const byte = byteAt(raw, index);
    const letter = byteAt(raw, index + 1);
    if (byte !== BYTE.backslash) {
      plain[length++] = byte;
      index += 1;
    } else if (letter !== LOWER_U) {
      plain[length++] = SHORT_ESCAPES.get(letter) ?? letter;
      index += 2;
    } else {
      const point = codePointAt(raw, index);
      if (point === undefined) break;
      length = putCodePoint(plain, length, point);
      index += point > 0xffff ? 12 : 6;
    }
  }
  return plain.subarray(0, length);
}

function codePointAt(raw: Uint8Array, index: number): number | undefined {
  const unit = hexAt(raw, index + 2);
  if (unit === undefined || unit < 0xd800 || unit > 0xdbff) return unit;
  const low = hexAt(raw, index + 8);
  return low === undefined ? undefined : 0x10000 + (((unit - 0xd800) << 10) | (low - 0xdc00));
}

/** Writes the UTF-8 form, which is never longer than the escape, and returns the new length. */
function putCodePoint(into: Uint8Array, length: number, point: number): number {
  if (point < 0x80) {
    into[length] = point;
    return length + 1;
  }
  const following = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  const mark = following === 1 ? 0xc0 : following === 2 ? 0xe0 : 0xf0;
  into[length] = mark | (point >> (6 * following));
  for (let step = 1; step <= following; step += 1) {
    into[length + step] = 0x80 | ((point >> (6 * (following - step))) & 0x3f);
  }
  return length + following + 1;
}
