import type { SlipwayError } from '@slipway/contract';
import { accept, BYTE, type JsonCursor, peek } from '../../../../json/cursor.ts';
import { skipAnyValue } from '../../../../json/skip-any-value.ts';
import { invalid, wrongValue } from './refusals.ts';
import type { ValueReader } from './value-reader.ts';

/** Axes that a tensor of TensorFlow has at most. */
const MAX_RANK = 254;

/** The lists that are open at the cursor, and the shape so far. */
interface Lists {
  /** Members read so far of each open list, outermost first. */
  readonly counts: number[];
  /** Members that a list of each level must have, as soon as the first of that level was closed. */
  readonly shape: number[];
  /** How deep the values stand; `undefined` until the first one or the first empty list. */
  rank: number | undefined;
}

/**
 * Reads the value that comes next, nested lists or a bare value, into `reader`, and returns its shape, or the error that
 * the stock server finds first: it looks at the size of a list before it looks into it. The text was checked.
 */
export function fillTensor(cursor: JsonCursor, reader: ValueReader): readonly number[] | SlipwayError {
  const lists: Lists = { counts: [], shape: [], rank: undefined };
  do {
    const error = openLists(cursor, lists) ?? readValue(cursor, lists, reader) ?? closeLists(cursor, lists);
    if (error !== undefined) return outerSizeError(cursor, lists) ?? error;
  } while (lists.counts.length > 0);
  return lists.shape;
}

/** Enters the lists that begin here, as far as they may. A list that is wrong is passed and counted. */
function openLists(cursor: JsonCursor, lists: Lists): SlipwayError | undefined {
  while (peek(cursor) === BYTE.openArray) {
    const level = lists.counts.length;
    if (level === (lists.rank ?? MAX_RANK)) {
      skipAnyValue(cursor);
      countOne(lists);
      return lists.rank === undefined
        ? invalid(
            `Encountered list at unexpected level: ${level}, a tensor has at most ${MAX_RANK} dimensions`,
          )
        : invalid(`Encountered list at unexpected level: ${level} expected < ${lists.rank}`);
    }
    cursor.offset += 1;
    lists.counts.push(0);
  }
  return undefined;
}

/** Reads a value, unless the list that was just entered is empty. A value that is wrong is passed and counted. */
function readValue(cursor: JsonCursor, lists: Lists, reader: ValueReader): SlipwayError | undefined {
  const level = lists.counts.length;
  lists.rank ??= level;
  if (peek(cursor) === BYTE.closeArray) return undefined;
  const start = cursor.offset;
  const error = level === lists.rank ? reader.read(cursor) : wrongLevel(cursor, level, lists.rank);
  if (error !== undefined) {
    cursor.offset = start;
    skipAnyValue(cursor);
  }
  countOne(lists);
  return error;
}

function wrongLevel({ bytes, offset }: JsonCursor, level: number, rank: number): SlipwayError {
  const text = `found at incorrect level: ${level + 1} in the JSON DOM. Expected at level: ${rank}`;
  return wrongValue(bytes, offset, text);
}

/** Counts a member of the innermost open list, if any is open. */
function countOne({ counts }: Lists): void {
  const innermost = counts.length - 1;
  if (innermost >= 0) counts[innermost] = (counts[innermost] ?? 0) + 1;
}

/** Leaves the lists that end here, up to a comma. A problem is a list of the wrong size, which is left. */
function closeLists(cursor: JsonCursor, lists: Lists): SlipwayError | undefined {
  while (lists.counts.length > 0 && !accept(cursor, BYTE.comma)) {
    accept(cursor, BYTE.closeArray);
    const count = lists.counts.pop() ?? 0;
    const level = lists.counts.length;
    const error = sizeError(lists, level, count);
    countOne(lists);
    if (error !== undefined) return error;
    lists.shape[level] ??= count;
  }
  return undefined;
}

function sizeError({ shape }: Lists, level: number, count: number): SlipwayError | undefined {
  const expected = shape[level];
  if (expected === undefined || expected === count) return undefined;
  return invalid(
    `Encountered list at unexpected size: ${count} at level: ${level} expected size: ${expected}`,
  );
}

/** Reads on to the ends of all open lists: the outermost of a wrong size is what is wrong first. */
function outerSizeError(cursor: JsonCursor, lists: Lists): SlipwayError | undefined {
  let error: SlipwayError | undefined;
  let closed = 0;
  for (let level = lists.counts.length - 1; level >= 0; level -= 1) {
    const count = (lists.counts[level] ?? 0) + closed + skipRest(cursor);
    error = sizeError(lists, level, count) ?? error;
    closed = 1;
  }
  return error;
}

/** Leaves the innermost list, and returns how many members it had after the one that was read last. */
function skipRest(cursor: JsonCursor): number {
  let count = 0;
  while (accept(cursor, BYTE.comma)) {
    skipAnyValue(cursor);
    count += 1;
  }
  accept(cursor, BYTE.closeArray);
  return count;
}
