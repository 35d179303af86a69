import { accept, BYTE, fail, failExpecting, type JsonCursor, peek } from './cursor.ts';
import { mayNest } from './nesting.ts';
import type { ElementReader } from './read-nested.ts';

/** The arrays that are open at the cursor, and the elements read so far. */
interface Flattening {
  depth: number;
  count: number;
}

/**
 * Reads an array of elements, or of arrays nested in any way, as one row of elements that `reader` reads; the brackets
 * say nothing. At most `most` elements are read. An array may not hold both elements and arrays.
 */
export function readFlat(cursor: JsonCursor, reader: ElementReader, most: number): void {
  if (peek(cursor) !== BYTE.openArray) {
    failExpecting(cursor, 'an array');
    return;
  }
  const state: Flattening = { depth: 0, count: 0 };
  do {
    const isRow = openArrays(cursor, state);
    if (isRow && cursor.problem === undefined) readRow(cursor, reader, state, most);
  } while (cursor.problem === undefined && closeArrays(cursor, state));
}

/** Opens all arrays that begin here. True if elements follow, false if the innermost is empty. */
function openArrays(cursor: JsonCursor, state: Flattening): boolean {
  if (peek(cursor) !== BYTE.openArray) {
    failExpecting(cursor, 'an array like those before it');
    return false;
  }
  while (mayNest(cursor, state.depth) && accept(cursor, BYTE.openArray)) state.depth += 1;
  return peek(cursor) !== BYTE.closeArray;
}

function readRow(cursor: JsonCursor, reader: ElementReader, state: Flattening, most: number): void {
  if (state.count < most) state.count += reader.readRow(cursor, most - state.count);
  const ended = peek(cursor) === BYTE.closeArray;
  if (state.count >= most && !ended) fail(cursor, `there are more than ${most} elements`);
}

/** Closes the arrays that end here. True if another begins; false at the end of the outermost, or on a problem. */
function closeArrays(cursor: JsonCursor, state: Flattening): boolean {
  while (accept(cursor, BYTE.closeArray)) {
    state.depth -= 1;
    if (state.depth === 0) return false;
    if (accept(cursor, BYTE.comma)) return true;
  }
  failExpecting(cursor, '"," or "]"');
  return false;
}
