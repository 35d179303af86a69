import { accept, asciiSlice, BYTE, byteAt, fail, failExpecting, type JsonCursor, peek } from './cursor.ts';
import { readText } from './read-strings.ts';
import { skipValue } from './skip-value.ts';

/** The last byte of ASCII, and the first that is no printable character. */
const DELETE = 127;

/**
 * Members of one object or array that are read one by one. Each may become an object in memory, many times the size of
 * its text, and no request has so many; the elements of tensors are not read in this way.
 */
export const MAX_MEMBERS = 10_000;

/**
 * Reads an object: `readMember` reads the value of each key. Of a key that comes more than once the first counts, as
 * for most parsers of C++, and the values of the others are skipped.
 */
export function readMembers(cursor: JsonCursor, readMember: (key: string) => void): void {
  if (!accept(cursor, BYTE.openObject)) {
    failExpecting(cursor, 'an object');
    return;
  }
  if (accept(cursor, BYTE.closeObject)) return;
  const seen = new Set<string>();
  do {
    const key = readKey(cursor);
    if (key === undefined) return;
    if (seen.has(key)) skipValue(cursor);
    else if (seen.size < MAX_MEMBERS) readMember(key);
    else failTooMany(cursor);
    seen.add(key);
  } while (cursor.problem === undefined && accept(cursor, BYTE.comma));
  if (!accept(cursor, BYTE.closeObject)) failExpecting(cursor, '"," or "}"');
}

/** Reads an array: `readItem` reads each of its values. */
export function readItems(cursor: JsonCursor, readItem: () => void): void {
  if (!accept(cursor, BYTE.openArray)) {
    failExpecting(cursor, 'an array');
    return;
  }
  if (accept(cursor, BYTE.closeArray)) return;
  let count = 0;
  do {
    if (count < MAX_MEMBERS) readItem();
    else failTooMany(cursor);
    count += 1;
  } while (cursor.problem === undefined && accept(cursor, BYTE.comma));
  if (!accept(cursor, BYTE.closeArray)) failExpecting(cursor, '"," or "]"');
}

function failTooMany(cursor: JsonCursor): void {
  fail(cursor, `there are more than ${MAX_MEMBERS} members in one object or array`);
}

function readKey(cursor: JsonCursor): string | undefined {
  const key = plainText(cursor) ?? readText(cursor);
  if (!accept(cursor, BYTE.colon)) failExpecting(cursor, '":"');
  return cursor.problem === undefined ? key : undefined;
}

/** A string of ASCII without escapes, which nearly every key is, at half the cost; `undefined` for any other. */
function plainText(cursor: JsonCursor): string | undefined {
  if (peek(cursor) !== BYTE.quote) return undefined;
  const { bytes } = cursor;
  const start = cursor.offset + 1;
  let end = start;
  let byte = byteAt(bytes, end);
  while (byte >= BYTE.space && byte < DELETE && byte !== BYTE.quote && byte !== BYTE.backslash) {
    byte = byteAt(bytes, ++end);
  }
  if (byte !== BYTE.quote) return undefined;
  cursor.offset = end + 1;
  return asciiSlice(bytes, start, end);
}
