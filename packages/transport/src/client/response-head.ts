import type { IncomingHttpHeaders } from 'node:http';
import { hasGoodLines, hasOption, readFields } from '../http1/fields.ts';
import { declaredFraming, type Framing } from '../http1/framing.ts';
import { HttpProblem } from '../http1/problems.ts';

/** What stands before the body of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** `undefined`: the body ends with the connection. */
  readonly framing: Framing | undefined;
  readonly keepAlive: boolean;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\r\n]*)?$/;

/** Reads the head of a response to `method`, without the empty line at its end; throws if it is none. */
export function parseResponseHead(head: string, method: string): ResponseHead {
  const lineEnd = head.indexOf('\r\n');
  const line = lineEnd < 0 ? head : head.slice(0, lineEnd);
  const [, minor, code] = STATUS_LINE.exec(line) ?? [];
  if (code === undefined || !hasGoodLines(head)) throw new Error('The answer is not valid HTTP/1.1.');
  const headers = readFields(head, line.length + 2);
  if (headers instanceof HttpProblem) throw new Error(`The answer is not valid: ${headers.message}`);
  const status = Number(code);
  const framing = hasNoBody(status, method) ? 0 : declaredFraming(headers);
  if (framing instanceof HttpProblem) throw new Error(`The answer is not valid: ${framing.message}`);
  const closes =
    minor === '0' || (headers.connection !== undefined && hasOption(headers.connection, 'close'));
  return { status, headers, framing, keepAlive: framing !== undefined && !closes };
}

/** RFC 9112, 6.3. */
function hasNoBody(status: number, method: string): boolean {
  return method === 'HEAD' || status < 200 || status === 204 || status === 304;
}
