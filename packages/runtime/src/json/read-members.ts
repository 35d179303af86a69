import { accept, BYTE, failExpecting, type JsonCursor, peek } from './cursor.ts';
import { readText } from './read-strings.ts';
import { skipValue } from './skip-value.ts';

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
    else readMember(key);
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
  do {
    readItem();
  } while (cursor.problem === undefined && accept(cursor, BYTE.comma));
  if (!accept(cursor, BYTE.closeArray)) failExpecting(cursor, '"," or "]"');
}

function readKey(cursor: JsonCursor): string | undefined {
  peek(cursor);
  const key = readText(cursor);
  if (!accept(cursor, BYTE.colon)) failExpecting(cursor, '":"');
  return cursor.problem === undefined ? key : undefined;
}
