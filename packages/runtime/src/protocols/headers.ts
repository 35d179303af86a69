import type { RequestIds } from '@slipway/transport';
import { RUNTIME_VERSION } from '../observability/version.ts';

/** The type of every JSON answer and of every plain text. */
export const JSON_TYPE = 'application/json';
export const TEXT_TYPE = 'text/plain; charset=utf-8';

const SERVER_VERSION = `slipway/${RUNTIME_VERSION}`;

/** Headers of a response while they are gathered. */
export type ResponseHeaders = Record<string, string | number | string[]>;

/** Says which server answers. */
export const SERVER_VERSION_HEADER = 'x-ms-server-version';

/** The headers that every response has, whatever it says and in whatever protocol, and its `own`. */
export function responseHeaders(
  ids: RequestIds,
  contentType: string,
  own: Readonly<ResponseHeaders> | undefined,
): ResponseHeaders {
  return {
    ...ids.headers,
    [SERVER_VERSION_HEADER]: SERVER_VERSION,
    'content-type': contentType,
    ...own,
  };
}
