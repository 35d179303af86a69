import { MAX_JSON_DEPTH } from '@slipway/contract';
import { accept, BYTE, fail, failExpecting, failedInside, type JsonCursor, peek } from './cursor.ts';

/** Reads elements that are separated by commas, at most `most`, and returns how many; see `FloatReader`. */
export interface ElementReader {
  readRow(cursor: JsonCursor, most: number): number;
}

/** The arrays that are open at the cursor, and what is known of all arrays so far. */
interface Nesting {
  /** Members read so far of each open array, outermost first. */
  readonly counts: number[];
  /** Members that an array of each level must have, for the levels of which one was closed. */
  readonly sizes: number[];
  /** How deep the elements stand; `undefined` until the first row. */
  rank: number | undefined;
}

/**
 * Reads nested arrays down to rows of elements, which `reader` reads, or one bare element. Returns the shape, or
 * `undefined` on a problem, whose path then says where: `[3][0]`. Depth costs memory but no stack.
 */
export function readNested(cursor: JsonCursor, reader: ElementReader): readonly number[] | undefined {
  if (peek(cursor) !== BYTE.openArray) {
    reader.readRow(cursor, 1);
    return cursor.problem === undefined ? [] : undefined;
  }
  const nesting: Nesting = { counts: [], sizes: [], rank: undefined };
  do {
    while (cursor.problem === undefined && peek(cursor) === BYTE.openArray) openArray(cursor, nesting);
    if (cursor.problem === undefined) readRow(cursor, nesting, reader);
  } while (cursor.problem === undefined && closeArrays(cursor, nesting));

  if (cursor.problem === undefined) return nesting.sizes;
  failedInside(cursor, nesting.counts.map((count) => `[${count}]`).join(''));
  return undefined;
}

function openArray(cursor: JsonCursor, nesting: Nesting): void {
  const depth = nesting.counts.length;
  if (depth === nesting.rank) {
    failExpecting(cursor, 'an element like those before it');
  } else if (depth === MAX_JSON_DEPTH) {
    fail(cursor, `arrays are nested deeper than ${MAX_JSON_DEPTH} levels`);
  } else {
    cursor.offset += 1;
    nesting.counts.push(0);
  }
}

/** Reads the elements of the innermost open array, which may be none. */
function readRow(cursor: JsonCursor, nesting: Nesting, reader: ElementReader): void {
  const { counts } = nesting;
  nesting.rank ??= counts.length;
  if (nesting.rank !== counts.length) {
    failExpecting(cursor, 'an array like those before it');
    return;
  }
  const isEmpty = peek(cursor) === BYTE.closeArray && counts.at(-1) === 0;
  if (!isEmpty) counts[counts.length - 1] = reader.readRow(cursor, Number.POSITIVE_INFINITY);
}

/** Closes the arrays that end here. False when the outermost has ended, or on a problem. */
function closeArrays(cursor: JsonCursor, nesting: Nesting): boolean {
  const { counts, sizes } = nesting;
  while (accept(cursor, BYTE.closeArray)) {
    const count = counts.pop() ?? 0;
    const level = counts.length;
    const size = sizes[level];
    if (size !== undefined && size !== count) {
      fail(cursor, `the array is ragged: it has ${count} members, those before it have ${size}`);
      return false;
    }
    sizes[level] = count;
    if (level === 0) return false;
    counts[level - 1] = (counts[level - 1] ?? 0) + 1;
    if (accept(cursor, BYTE.comma)) return true;
  }
  failExpecting(cursor, '"," or "]"');
  return false;
}
