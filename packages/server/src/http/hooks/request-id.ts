import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { MAX_REQUEST_ID_LENGTH } from '@slipway/contract';

const REQUEST_ID = new RegExp(`^[!-~]{1,${MAX_REQUEST_ID_LENGTH}}$`);

/** The client's `x-request-id` if it is printable and not too long, else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
