import { SlipwayError } from '@slipway/contract';
import type { JsonCursor } from '../../../../json/cursor.ts';
import { excerpt } from './excerpt.ts';
import { nextType } from './json-values.ts';

/** Something wrong in a request, in the stock server's words. */
export function invalid(text: string): SlipwayError {
  return new SlipwayError('invalid_argument', text);
}

/** Something wrong about the value at `offset`, which the message shows. */
export function wrongValue(bytes: Uint8Array, offset: number, text: string): SlipwayError {
  return invalid(`JSON Value: ${excerpt(bytes, offset)} ${text}`);
}

/** The value that comes next is not what a tensor of this type takes. */
export function wrongType(cursor: JsonCursor, expected: string): SlipwayError {
  const text = `Type: ${nextType(cursor)} is not of expected type: ${expected}`;
  return wrongValue(cursor.bytes, cursor.offset, text);
}

/** An error with its status before it, as it stands inside the message of another. */
export function asStatus(error: SlipwayError): string {
  return `${error.code === 'unsupported' ? 'UNIMPLEMENTED' : 'INVALID_ARGUMENT'}: ${error.message}`;
}
