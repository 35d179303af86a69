import { BYTE, type JsonCursor, peek } from './cursor.ts';
import { type Elements, grow } from './elements.ts';
import { hasEnded, loadText, numbersRead, readUsualNumbers, stoppedAt, TEXT_BYTES } from './float-kernel.ts';
import { readNumber } from './read-number.ts';

/** The arrays that floating-point numbers are read into. */
export type FloatArray = Float16Array | Float32Array | Float64Array;

/**
 * Reads numbers that are separated by commas, at most `most` of them, and returns how many it read; on
 * a problem that is the index of the wrong one. Integers count as numbers, and so do the bare words NaN,
 * Infinity and -Infinity. Each is rounded to the nearest double, and from there to the array's type.
 */
export type FloatReader = (cursor: JsonCursor, into: Elements<FloatArray>, most: number) => number;

/** What of a text the kernel holds, as long as `turn` is the last: all readers share its memory. */
interface Window {
  turn: number;
  from: number;
  to: number;
}

/** Few numbers are longer with their comma: a first window is as long as an array of the size that was told can be. */
const USUAL_BYTES = 24;

/** So little is looked at ahead where no size was told, or texts are read in turn; then twice as much each time. */
const LEAST_BYTES = 512;

/** So little of a window is not begun with: its end would cut a number. */
const MARGIN_BYTES = 64;

/** A copy of so few numbers costs less than preparing one. */
const FEW_NUMBERS = 16;

/** The first is 1. */
let lastTurn = 0;

/** A reader for the rows of one array in one text, which nobody changes meanwhile. */
export function floatReader(): FloatReader {
  const window: Window = { turn: 0, from: 0, to: 0 };
  return (cursor, into, most) => {
    let count = 0;
    for (;;) {
      count += readUsual(window, cursor, into, most - count);
      if (hasEnded()) return count;
      peek(cursor);
      const { length } = into;
      const values = length === into.values.length ? grow(into as Elements<Float32Array>) : into.values;
      if (!readNumber(cursor, values, length)) return count;
      into.length += 1;
      count += 1;
      if (peek(cursor) !== BYTE.comma || count === most) return count;
      cursor.offset += 1;
    }
  };
}

/** Leaves the cursor behind what it read. */
function readUsual(window: Window, cursor: JsonCursor, into: Elements<FloatArray>, most: number): number {
  if (!holds(window, cursor)) moveWindow(window, cursor, into.values.length);
  const isSingle = into.values instanceof Float32Array;
  const count = readUsualNumbers(cursor.offset - window.from, most, !isSingle);
  cursor.offset = window.from + stoppedAt();
  append(into, numbersRead(!isSingle), count);
  return count;
}

function holds({ turn, from, to }: Window, { offset, bytes }: JsonCursor): boolean {
  return turn === lastTurn && offset >= from && (offset + MARGIN_BYTES <= to || to === bytes.length);
}

function moveWindow(window: Window, { bytes, offset }: JsonCursor, capacity: number): void {
  const wanted = Math.max(bytesWanted(window, capacity), LEAST_BYTES);
  window.turn = ++lastTurn;
  window.from = offset;
  window.to = Math.min(offset + wanted, offset + TEXT_BYTES, bytes.length);
  loadText(bytes.subarray(offset, window.to));
}

function bytesWanted({ turn, from, to }: Window, capacity: number): number {
  if (turn === 0) return capacity * USUAL_BYTES;
  return turn === lastTurn ? 2 * (to - from) : 0;
}

function append(into: Elements<FloatArray>, numbers: Float32Array | Float64Array, count: number): void {
  const { length } = into;
  let { values } = into;
  while (length + count > values.length) values = grow(into as Elements<Float32Array>);
  if (count > FEW_NUMBERS) values.set(numbers.subarray(0, count), length);
  else for (let index = 0; index < count; index += 1) values[length + index] = numbers[index] as number;
  into.length = length + count;
}
