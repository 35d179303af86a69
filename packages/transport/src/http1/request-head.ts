import type { IncomingHttpHeaders } from 'node:http';
import { hasGoodLines, hasOption, isToken, readFields } from './fields.ts';
import { declaredFraming, type Framing } from './framing.ts';
import { HttpProblem, NOT_HTTP } from './problems.ts';

/** What stands before the body of a request. */
export interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly framing: Framing;
  /** True if the caller wants to use the connection again. */
  readonly keepAlive: boolean;
  /** True if the caller is of HTTP/1.0, which knows no chunks. */
  readonly isOld: boolean;
}

/** RFC 9112, 3.2: a path with a query, a whole URL as it is sent to a proxy, or the asterisk of `OPTIONS`. */
const TARGET = /^(?:\/[!-~]*|[hH][tT]{2}[pP][sS]?:\/\/(?![/?#])[!-~]+|\*)$/;
const VERSION = /^HTTP\/(\d)\.(\d)$/;
/** RFC 9110, 7.2: a name or address, and a port; none where the target has none. */
const HOST = /^[\w.~!$&'()*+,;=%:[\]-]*$/;

const OTHER_VERSION = new HttpProblem(505, 'Only HTTP/1.1 and HTTP/2 are spoken here.');
const NO_TUNNEL = new HttpProblem(501, 'CONNECT is not offered here: this is no proxy.');
const BAD_HOST = new HttpProblem(400, 'The request has no valid Host header.');

/** Reads the head of a request, without the empty line at its end. */
export function parseRequestHead(head: string): RequestHead | HttpProblem {
  if (!hasGoodLines(head)) return NOT_HTTP;
  const lineEnd = head.indexOf('\r\n');
  const line = lineEnd < 0 ? head : head.slice(0, lineEnd);
  const afterMethod = line.indexOf(' ');
  const afterUrl = line.indexOf(' ', afterMethod + 1);
  const method = line.slice(0, afterMethod);
  const url = line.slice(afterMethod + 1, afterUrl);
  const [, major, minor] = VERSION.exec(line.slice(afterUrl + 1)) ?? [];
  if (afterMethod < 0 || afterUrl < 0 || major === undefined || !isToken(method) || !TARGET.test(url)) {
    return NOT_HTTP;
  }
  if (major !== '1' || (minor !== '1' && minor !== '0')) return OTHER_VERSION;
  if (method === 'CONNECT') return NO_TUNNEL;
  const headers = readFields(head, line.length + 2);
  return headers instanceof HttpProblem ? headers : withFraming(method, url, headers, minor === '0');
}

function withFraming(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  isOld: boolean,
): RequestHead | HttpProblem {
  if (headers.host === undefined ? !isOld : !HOST.test(headers.host)) return BAD_HOST;
  const framing = declaredFraming(headers) ?? 0;
  if (framing instanceof HttpProblem) return framing;
  if (isOld && framing === 'chunked') return new HttpProblem(400, 'HTTP/1.0 knows no Transfer-Encoding.');
  return { method, url, headers, framing, keepAlive: wantsKeepAlive(headers.connection, isOld), isOld };
}

function wantsKeepAlive(connection: string | undefined, isOld: boolean): boolean {
  if (connection === undefined) return !isOld;
  if (hasOption(connection, 'close')) return false;
  return !isOld || hasOption(connection, 'keep-alive');
}
