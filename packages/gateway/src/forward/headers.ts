import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { NOT_RUN_HEADER } from '@slipway/contract';

/** Headers about one connection, which end at it (RFC 9110, 7.6.1), and those that this side writes itself. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  'host',
  'content-length',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-request-id',
]);

const NOT_RETURNED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  NOT_RUN_HEADER,
]);

/** Where a request came from. */
export interface Origin {
  readonly address: string | undefined;
  readonly proto: 'http' | 'https';
  readonly requestId: string;
}

/** The headers for the replica, as names and values in turn. Authorization goes through untouched. */
export function headersForReplica(headers: IncomingHttpHeaders, origin: Origin): string[] {
  const named = namedByConnection(headers.connection);
  const result: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    // A name that begins with a colon is a pseudo-header of HTTP/2.
    if (value === undefined || name.startsWith(':') || NOT_FORWARDED.has(name) || named?.has(name)) continue;
    if (typeof value === 'string') result.push(name, value);
    else for (const each of value) result.push(name, each);
  }
  result.push('x-request-id', origin.requestId, 'x-forwarded-proto', origin.proto);
  if (origin.address !== undefined) {
    const before = headers['x-forwarded-for'];
    result.push('x-forwarded-for', before === undefined ? origin.address : `${before}, ${origin.address}`);
  }
  const host = headers[':authority'] ?? headers.host;
  if (typeof host === 'string') result.push('x-forwarded-host', host);
  return result;
}

/** The headers for the caller: the replica's, and the request's ids where the replica gave none. */
export function headersForCaller(
  headers: IncomingHttpHeaders,
  ids: Readonly<Record<string, string>>,
): OutgoingHttpHeaders {
  const named = namedByConnection(headers.connection);
  const result: OutgoingHttpHeaders = { ...ids };
  for (const name in headers) {
    if (!NOT_RETURNED.has(name) && !named?.has(name)) result[name] = headers[name];
  }
  return result;
}

/** The headers that `Connection` names as its own; none in the usual cases. */
function namedByConnection(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}
