import type { OutgoingHttpHeaders } from 'node:http';
import type { HttpResponse } from './http-message.ts';

/** For larger bodies the copy costs more than the second buffer of a write. */
const MAX_JOINED_BYTES = 16_384;

/** Answers with a body that is ready, whose length stands in the headers. */
export function sendWhole(
  response: HttpResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Buffer,
): void {
  response.writeHead(status, headers);
  // As text of one byte a character, Node joins it to the headers, and one plain write takes both.
  if (typeof body !== 'string' && body.length <= MAX_JOINED_BYTES) {
    response.end(body.toString('latin1'), 'latin1');
  } else response.end(body);
}
