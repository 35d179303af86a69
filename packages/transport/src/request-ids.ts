import type { IncomingHttpHeaders } from 'node:http';
import { MAX_REQUEST_ID_LENGTH } from '@slipway/contract';

/** The ids of one request, after the rules of Azure's inference server. */
export interface RequestIds {
  readonly requestId: string;
  /** The id to log: the caller's own where it gave one. */
  readonly logId: string;
  /** The ids as headers of the response. */
  readonly headers: Readonly<Record<string, string>>;
  /** Set if an id is too long: the request is to be refused (431) with this text. */
  readonly refusal: string | undefined;
}

/**
 * Finds or makes the ids of a request: `x-request-id` is the caller's or `newId()`; `x-ms-request-id` is the
 * caller's, else its `x-ms-client-request-id`, else the request id; `x-ms-client-request-id` comes back if the caller
 * sent either of those two; `traceid` is echoed.
 */
export function resolveRequestIds(headers: IncomingHttpHeaders, newId: () => string): RequestIds {
  const given = headers['x-request-id'];
  const service = headers['x-ms-request-id'];
  const client = headers['x-ms-client-request-id'];
  if (isTooLong(given)) return refused({}, 'x-request-id must not exceed 100 characters');
  const requestId = asText(given) ?? newId();
  if (isTooLong(service) || isTooLong(client)) {
    return refused(
      { 'x-request-id': requestId },
      'x-ms-request-id and x-ms-client-request-id must not exceed 100 characters',
    );
  }
  const serviceId = asText(service) ?? asText(client) ?? requestId;
  const clientId = asText(client) ?? asText(service);
  const answer: Record<string, string> = { 'x-request-id': requestId, 'x-ms-request-id': serviceId };
  if (clientId !== undefined) answer['x-ms-client-request-id'] = clientId;
  const trace = asText(headers['traceid']);
  if (trace !== undefined) answer['traceid'] = trace;
  return { requestId, logId: clientId ?? requestId, headers: answer, refusal: undefined };
}

function refused(headers: Readonly<Record<string, string>>, refusal: string): RequestIds {
  const requestId = headers['x-request-id'] ?? '';
  return { requestId, logId: requestId, headers, refusal };
}

function isTooLong(value: string | string[] | undefined): boolean {
  return (asText(value)?.length ?? 0) > MAX_REQUEST_ID_LENGTH;
}

/** A header sent several times counts once, as `node:http` joins it; an empty one is none. */
function asText(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text === '' ? undefined : text;
}
