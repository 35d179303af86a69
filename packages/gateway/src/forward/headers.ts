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
  NOT_RUN_HEADER,
]);

const NOT_RETURNED: ReadonlySet<string> = new Set([
  'connection',
  // The gateway writes its own.
  'date',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  NOT_RUN_HEADER,
]);

/** The gateway's own word, where of all replicas that were tried none has run the request. */
export const NOT_RUN: Readonly<Record<string, string>> = { [NOT_RUN_HEADER]: 'true' };

/** Where a request came from. */
export interface Origin {
  readonly address: string | undefined;
  readonly proto: 'http' | 'https';
  readonly requestId: string;
}

/** The headers for the replica. Authorization goes through untouched. */
export function headersForReplica(headers: IncomingHttpHeaders, origin: Origin): OutgoingHttpHeaders {
  const named = namedByConnection(headers.connection);
  const result: OutgoingHttpHeaders = {};
  for (const name in headers) {
    // A name that begins with a colon is a pseudo-header of HTTP/2.
    if (NOT_FORWARDED.has(name) || name.startsWith(':') || named?.has(name)) continue;
    result[name] = headers[name];
  }
  result['x-request-id'] = origin.requestId;
  result['x-forwarded-proto'] = origin.proto;
  if (origin.address !== undefined) {
    const before = headers['x-forwarded-for'];
    result['x-forwarded-for'] = before === undefined ? origin.address : `${before}, ${origin.address}`;
  }
  const host = headers[':authority'] ?? headers.host;
  if (typeof host === 'string') result['x-forwarded-host'] = host;
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
