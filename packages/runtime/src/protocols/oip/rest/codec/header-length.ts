import type { SlipwayError } from '@slipway/contract';
import { invalid } from '../../refusals.ts';

/** Header with the bytes of JSON that stand before the raw tensors of a body. */
export const HEADER_LENGTH_HEADER = 'Inference-Header-Content-Length';

const LEAST_INT32 = -(2 ** 31);
const MOST_INT32 = 2 ** 31 - 1;

/** Characters of a wrong value that a message shows. */
const SHOWN_CHARACTERS = 40;

/**
 * The bytes of JSON in a body, from the value of the header; without the header, `undefined`: all of it. Zero means a
 * body that is one raw tensor. `bodyLength` is that of the body without compression.
 */
export function readHeaderLength(
  value: string | undefined,
  bodyLength: number,
): number | undefined | SlipwayError {
  if (value === undefined) return undefined;
  const got = `got: ${value.slice(0, SHOWN_CHARACTERS)}`;
  if (!/^-?[0-9]+$/.test(value)) return invalid(`Unable to parse ${HEADER_LENGTH_HEADER}, ${got}`);
  const length = Number(value);
  if (length < LEAST_INT32 || length > MOST_INT32) {
    const range = `value is out of range [ ${LEAST_INT32}, ${MOST_INT32} ]`;
    return invalid(`Unable to parse ${HEADER_LENGTH_HEADER}, ${range}, ${got}`);
  }
  if (length >= 0 && length <= bodyLength) return length;
  return invalid(`inference header size should be in range (0, ${bodyLength}), ${got}`);
}
