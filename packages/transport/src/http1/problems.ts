import { STATUS_CODES } from 'node:http';
import { currentDate } from './date.ts';

/** Why bytes are not a message that is taken here, and what their sender is told. */
export class HttpProblem {
  readonly status: number;
  readonly message: string;

  constructor(status: number, message: string) {
    this.status = status;
    this.message = message;
  }
}

export const NOT_HTTP = new HttpProblem(400, 'The request is not valid HTTP.');
export const HEAD_TOO_LARGE = new HttpProblem(431, 'The headers are too large.');
export const TOO_SLOW = new HttpProblem(408, 'The request did not arrive in time.');
export const INCOMPLETE = new HttpProblem(400, 'The connection ended in the middle of the request.');
export const CHUNK_LINES_TOO_LONG = new HttpProblem(413, 'The chunk extensions are too large.');

/** The problem as the bytes of an HTTP/1.1 response that ends the connection. */
export function problemBytes({ status, message }: HttpProblem): string {
  const body = JSON.stringify({ message });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `date: ${currentDate()}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
