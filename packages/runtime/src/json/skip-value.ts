import { accept, asciiSlice, BYTE, failExpecting, type JsonCursor, peek } from './cursor.ts';
import { mayNest } from './nesting.ts';
import { readNumber } from './read-number.ts';
import { readString } from './read-strings.ts';

/** Where numbers go that nobody asked for. */
const UNUSED: number[] = [];

/** Passes one value of any kind and checks that it is well formed. Depth costs memory but no stack. */
export function skipValue(cursor: JsonCursor): void {
  const closers: number[] = [];
  do enterValue(cursor, closers);
  while (cursor.problem === undefined && leaveValues(cursor, closers));
}

/** Opens arrays and objects down to the first scalar, or to one that is empty; `closers` are the bytes that end them. */
function enterValue(cursor: JsonCursor, closers: number[]): void {
  while (mayNest(cursor, closers.length)) {
    const byte = peek(cursor);
    if (byte !== BYTE.openArray && byte !== BYTE.openObject) {
      skipScalar(cursor, byte);
      return;
    }
    cursor.offset += 1;
    const closer = byte === BYTE.openArray ? BYTE.closeArray : BYTE.closeObject;
    closers.push(closer);
    if (peek(cursor) === closer) return;
    if (closer === BYTE.closeObject && !skipKey(cursor)) return;
  }
}

/** Closes what ends here. True if another value follows; false at the end of the outermost, or on a problem. */
function leaveValues(cursor: JsonCursor, closers: number[]): boolean {
  for (let closer = closers.at(-1); closer !== undefined; closer = closers.at(-1)) {
    if (accept(cursor, closer)) {
      closers.pop();
    } else if (accept(cursor, BYTE.comma)) {
      return closer === BYTE.closeArray || skipKey(cursor);
    } else {
      failExpecting(cursor, `"," or "${String.fromCharCode(closer)}"`);
      return false;
    }
  }
  return false;
}

function skipKey(cursor: JsonCursor): boolean {
  peek(cursor);
  readString(cursor);
  if (!accept(cursor, BYTE.colon)) failExpecting(cursor, '":"');
  return cursor.problem === undefined;
}

function skipScalar(cursor: JsonCursor, first: number): void {
  if (first === BYTE.quote) readString(cursor);
  else if (!skipWord(cursor)) readNumber(cursor, UNUSED, 0);
}

function skipWord(cursor: JsonCursor): boolean {
  const { bytes, offset } = cursor;
  const text = asciiSlice(bytes, offset, offset + 'false'.length);
  const word = ['true', 'false', 'null'].find((candidate) => text.startsWith(candidate));
  if (word !== undefined) cursor.offset += word.length;
  return word !== undefined;
}
