import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { NOT_RUN_HEADER } from '@slipway/contract';
import { headersForReplica, type Origin } from '../forward/headers.ts';

/** The headers for the replica: the caller's metadata as it is, and where it came from. */
export function callHeaders(headers: IncomingHttpHeaders, origin: Origin): OutgoingHttpHeaders {
  return {
    ...headersForReplica(headers, origin),
    ':method': 'POST',
    ':path': headers[':path'],
    // Without it a server of gRPC takes the other side for one that knows no trailers.
    te: 'trailers',
  };
}

/** The headers for the caller: the replica's, and the call's ids where the replica gave none. */
export function answerHeaders(
  headers: IncomingHttpHeaders,
  ids: Readonly<Record<string, string>>,
): OutgoingHttpHeaders {
  return { ...ids, ...answerTrailers(headers) };
}

export function answerTrailers(fields: IncomingHttpHeaders): OutgoingHttpHeaders {
  const result: OutgoingHttpHeaders = {};
  for (const name in fields) {
    if (name !== NOT_RUN_HEADER && name !== 'date') result[name] = fields[name];
  }
  return result;
}
