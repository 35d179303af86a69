import type { OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
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
  response.writeHead(status, asList(headers));
  // As text of one byte a character, Node joins it to the headers, and one plain write takes both.
  if (typeof body !== 'string' && body.length <= MAX_JOINED_BYTES) {
    response.end(body.toString('latin1'), 'latin1');
  } else response.end(body);
}

/** Names and values in turn: Node writes a list as it stands, but looks each header of an object up by its name. */
function asList(headers: OutgoingHttpHeaders): OutgoingHttpHeader[] {
  const list: OutgoingHttpHeader[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) list.push(name, value);
  }
  return list;
}
