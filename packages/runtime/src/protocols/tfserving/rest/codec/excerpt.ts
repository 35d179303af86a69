import { replaceEscapes } from '../../../../json/any-string.ts';
import { asBuffer, BYTE, byteAt, type JsonCursor, openJson, peek } from '../../../../json/cursor.ts';
import { skipAnyString } from '../../../../json/skip-any-value.ts';
import { nextType, readNumberText, toInteger, toNumber } from './json-values.ts';

/** Bytes of a value that a message shows. */
const MAX_EXCERPT_BYTES = 256;

/** The longest escape of one byte has six characters, so that more of a string is never shown. */
const MAX_STRING_BYTES = 6 * MAX_EXCERPT_BYTES;

const INDENT = '    ';

/** A value while it is printed: `open` has the containers that are open, and how many values each has so far. */
interface Printing {
  text: string;
  readonly open: { readonly isArray: boolean; values: number }[];
}

/**
 * The value at `offset` of a text that was checked, as the stock server prints it in messages: objects on lines of their
 * own, arrays in one line, cut at 256 bytes.
 */
export function excerpt(bytes: Uint8Array, offset: number): string {
  const cursor = openJson(bytes);
  cursor.offset = offset;
  const printing: Printing = { text: '', open: [] };
  do {
    printNext(cursor, printing);
  } while (printing.open.length > 0 && printing.text.length < MAX_EXCERPT_BYTES);
  return cut(printing.text);
}

/** Prints one scalar, one key, or one bracket. */
function printNext(cursor: JsonCursor, printing: Printing): void {
  let byte = peek(cursor);
  if (byte === BYTE.comma || byte === BYTE.colon) {
    cursor.offset += 1;
    byte = peek(cursor);
  }
  if (byte === BYTE.closeArray || byte === BYTE.closeObject) {
    printEnd(cursor, printing, byte);
    return;
  }
  printing.text += separator(printing);
  if (byte === BYTE.openArray || byte === BYTE.openObject) {
    printing.text += String.fromCharCode(byte);
    printing.open.push({ isArray: byte === BYTE.openArray, values: 0 });
    cursor.offset += 1;
  } else {
    printing.text += byte === BYTE.quote ? stringText(cursor) : scalarText(cursor);
  }
}

function printEnd(cursor: JsonCursor, printing: Printing, byte: number): void {
  const { values = 0 } = printing.open.pop() ?? {};
  if (byte === BYTE.closeObject && values > 0) printing.text += newLine(printing);
  printing.text += String.fromCharCode(byte);
  cursor.offset += 1;
}

/** What stands between the value before and the one that comes; in an object every second value is a key. */
function separator(printing: Printing): string {
  const container = printing.open.at(-1);
  if (container === undefined) return '';
  const index = container.values;
  container.values += 1;
  if (container.isArray) return index > 0 ? ', ' : '';
  if (index % 2 === 1) return ': ';
  return (index > 0 ? ',' : '') + newLine(printing);
}

function newLine(printing: Printing): string {
  return `\n${INDENT.repeat(printing.open.length)}`;
}

function stringText(cursor: JsonCursor): string {
  const start = cursor.offset + 1;
  skipAnyString(cursor);
  const shown = cursor.bytes.subarray(start, Math.min(cursor.offset - 1, start + MAX_STRING_BYTES));
  return JSON.stringify(asBuffer(replaceEscapes(shown)).toString('utf8'));
}

function scalarText(cursor: JsonCursor): string {
  const type = nextType(cursor);
  const text = readNumberText(cursor);
  if (type !== 'Number') return text;
  const integer = toInteger(text);
  if (integer !== undefined) return String(integer);
  const double = String(toNumber(text)).replace('e+', 'e');
  return /^-?\d+$/.test(double) ? `${double}.0` : double;
}

/** At most so many bytes, and no half character at the end. */
function cut(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= MAX_EXCERPT_BYTES) return text;
  let end = MAX_EXCERPT_BYTES;
  while ((byteAt(bytes, end) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
