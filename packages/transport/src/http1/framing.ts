import type { IncomingHttpHeaders } from 'node:http';
import { HttpProblem } from './problems.ts';

/** How the end of a body is known: its length in bytes, or in chunks that say so themselves. */
export type Framing = number | 'chunked';

/** More digits are no length of anything, and would not be exact. */
const LENGTH = /^\d{1,15}$/;

/**
 * The framing that the headers of a message declare, `undefined` if none. Whatever two readers could understand in two
 * ways is a problem (RFC 9112, 6.3): both kinds at once, or a coding besides `chunked`.
 */
export function declaredFraming(headers: IncomingHttpHeaders): Framing | HttpProblem | undefined {
  const length = headers['content-length'];
  const coding = headers['transfer-encoding'];
  if (coding !== undefined) {
    if (length !== undefined) {
      return new HttpProblem(400, 'Give either Content-Length or Transfer-Encoding, not both.');
    }
    if (coding.toLowerCase() !== 'chunked') {
      return new HttpProblem(501, 'The only Transfer-Encoding that is read here is "chunked".');
    }
    return 'chunked';
  }
  if (length === undefined) return undefined;
  return LENGTH.test(length)
    ? Number(length)
    : new HttpProblem(400, 'The Content-Length is no number of bytes.');
}
