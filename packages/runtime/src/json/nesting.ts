import { MAX_JSON_DEPTH } from '@slipway/contract';
import { fail, type JsonCursor } from './cursor.ts';

/** True if a value may stand inside so many open arrays and objects; else keeps the problem, as Triton words it. */
export function mayNest(cursor: JsonCursor, depth: number): boolean {
  if (depth < MAX_JSON_DEPTH) return true;
  fail(cursor, `JSON nesting depth exceeds maximum allowed limit (${MAX_JSON_DEPTH})`);
  return false;
}
