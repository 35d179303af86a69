import { accept, asciiSlice, BYTE, failExpecting, type JsonCursor, peek } from './cursor.ts';
import { type Elements, grow } from './elements.ts';

/**
 * Reads `true` and `false` separated by commas as 1 and 0, at most `most` of them, and returns how many it read; on
 * a problem that is the index of the wrong one.
 */
export function readBooleans(cursor: JsonCursor, into: Elements<Uint8Array>, most: number): number {
  let count = 0;
  do {
    peek(cursor);
    const text = asciiSlice(cursor.bytes, cursor.offset, cursor.offset + 'false'.length);
    const value = text.startsWith('true') ? 1 : 0;
    if (value === 0 && text !== 'false') {
      failExpecting(cursor, 'true or false');
      return count;
    }
    cursor.offset += value === 1 ? 'true'.length : 'false'.length;
    if (into.length === into.values.length) grow(into);
    into.values[into.length++] = value;
    count += 1;
  } while (count < most && accept(cursor, BYTE.comma));
  return count;
}
