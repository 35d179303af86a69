import type { OutgoingHttpHeaders } from 'node:http';
import type { HttpRequest, HttpResponse } from './http-message.ts';

/** How long a caller that is refused may go on sending while it reads the answer. */
const LINGER_MS = 2_000;

/**
 * Answers a request whose body will not be read, and ends its HTTP/1.1 connection. Closing while the caller
 * still sends would reset the connection and could take the answer with it, so what comes within a short time
 * is thrown away first.
 */
export function answerAndClose(
  request: HttpRequest,
  response: HttpResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Buffer,
): void {
  const complete = { ...headers, 'content-length': Buffer.byteLength(body) };
  if (request.httpVersionMajor > 1 || request.complete) {
    response.writeHead(status, complete);
    response.end(body);
    return;
  }
  response.writeHead(status, { ...complete, connection: 'close' });
  response.write(body);
  const timer = setTimeout(end, LINGER_MS);
  request.once('end', end);
  request.once('error', end);
  response.once('close', () => clearTimeout(timer));
  request.resume();

  function end(): void {
    response.end();
  }
}
