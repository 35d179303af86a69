import type { Duplex } from 'node:stream';

/** Answers what is not HTTP enough to become a request, and ends the connection. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { line, code, message } = describe(error.code);
  const body = JSON.stringify({ error: { code, message } });
  const head = `HTTP/1.1 ${line}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  socket.end(head + body);
}

function describe(code: string | undefined): { line: string; code: string; message: string } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        line: '431 Request Header Fields Too Large',
        code: 'invalid_argument',
        message: 'The headers of the request are too large.',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        line: '408 Request Timeout',
        code: 'deadline_exceeded',
        message: 'The headers of the request did not arrive in time.',
      };
    default:
      return {
        line: '400 Bad Request',
        code: 'invalid_argument',
        message: 'The request is not well-formed HTTP.',
      };
  }
}
