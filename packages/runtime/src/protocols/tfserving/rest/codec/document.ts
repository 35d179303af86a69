import type { SlipwayError } from '@slipway/contract';
import { BYTE, type JsonCursor, openJson, peek } from '../../../../json/cursor.ts';
import { skipAnyValue } from '../../../../json/skip-any-value.ts';
import { nextType, readAnyText, visitMembers } from './json-values.ts';
import { invalid, wrongValue } from './refusals.ts';

/** The keys that mean something in one body or another. All others are passed, so that they cost no memory. */
const KEYS: readonly string[] = ['signature_name', 'instances', 'inputs', 'examples', 'context'];

/** A body that is known to be one JSON object, and where the values of its keys begin; of equal keys the first counts. */
export interface Document {
  readonly bytes: Uint8Array;
  /** Where the object begins. */
  readonly offset: number;
  readonly members: ReadonlyMap<string, number>;
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Bytes with which no document can begin; to the stock server's parser, a document before them is empty. */
const NO_BEGINNING: readonly number[] = [BYTE.closeArray, BYTE.closeObject, BYTE.comma, BYTE.colon];

/** Checks the whole syntax of a body. What follows the object is not looked at. */
export function readDocument(body: Uint8Array): Document | SlipwayError {
  if (body.length === 0) return invalid('JSON Parse error: The document is empty');
  const cursor = openJson(body);
  if (BYTE_ORDER_MARK.every((byte, index) => body[index] === byte)) cursor.offset = BYTE_ORDER_MARK.length;
  const first = peek(cursor);
  const { offset } = cursor;
  if (first === BYTE.end || NO_BEGINNING.includes(first)) {
    return invalid(`JSON Parse error: The document is empty. at offset: ${offset}`);
  }
  skipAnyValue(cursor);
  if (cursor.problem !== undefined) {
    return invalid(`JSON Parse error: ${cursor.problem.text} at offset: ${cursor.problem.offset}`);
  }
  if (first !== BYTE.openObject) return wrongValue(body, offset, 'Is not object');
  return { bytes: body, offset, members: indexMembers(at(body, offset), KEYS) };
}

/** Where the values of the given keys begin in the object that comes next, which is moved past. */
export function indexMembers(cursor: JsonCursor, keys: readonly string[]): ReadonlyMap<string, number> {
  const members = new Map<string, number>();
  visitMembers(cursor, (key) => {
    if (keys.includes(key) && !members.has(key)) members.set(key, cursor.offset);
    skipAnyValue(cursor);
  });
  return members;
}

/** A cursor at the value of a key; `undefined` if there is no such key. */
export function memberOf(document: Document, key: string): JsonCursor | undefined {
  const offset = document.members.get(key);
  return offset === undefined ? undefined : at(document.bytes, offset);
}

function at(bytes: Uint8Array, offset: number): JsonCursor {
  const cursor = openJson(bytes);
  cursor.offset = offset;
  return cursor;
}

/** The name under `signature_name`; empty if there is none. */
export function readSignatureName(document: Document): string | SlipwayError {
  const cursor = memberOf(document, 'signature_name');
  if (cursor === undefined) return '';
  if (nextType(cursor) === 'String') return readAnyText(cursor);
  return wrongDocument(document, "not formatted correctly. 'signature_name' key must be a string value.");
}

/** Something wrong about the body as a whole, which the message shows. */
export function wrongDocument(document: Document, text: string): SlipwayError {
  return wrongValue(document.bytes, document.offset, text);
}
