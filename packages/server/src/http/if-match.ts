import { SlipwayError } from '@slipway/contract';
import type { FastifyRequest } from 'fastify';

/** What `If-Match` expects, for a rule's `expect`; nothing without the header, or with `*`. Throws `invalid_argument`. */
export function ifMatch({ headers }: Pick<FastifyRequest, 'headers'>): { readonly etag: string } | undefined {
  const given = headers['if-match'];
  if (given === undefined || given === '*') return undefined;
  const etag = /^"([^"]*)"$/.exec(given)?.[1];
  if (etag !== undefined) return { etag };
  throw new SlipwayError(
    'invalid_argument',
    'If-Match must hold one ETag in quotation marks, as the answer to the reading gave it.',
    { details: { field: 'if-match' } },
  );
}
