import { createHash } from 'node:crypto';
import { SlipwayError } from '@slipway/contract';

const DIGEST = /^sha256:([a-f0-9]{64})$/;

/** The hexadecimal part of a digest, safe as a file name; throws `invalid_argument` for anything else. */
export function hexOf(digest: string, field = 'digest'): string {
  const hex = DIGEST.exec(digest)?.[1];
  if (hex !== undefined) return hex;
  throw new SlipwayError(
    'invalid_argument',
    `${field} "${digest.slice(0, 100)}" is not a digest: it must be "sha256:" and 64 lowercase hexadecimal digits.`,
    { details: { field } },
  );
}

/** The digest of bytes that are in memory. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
