import { NOT_RUN_HEADER } from '@slipway/contract';
import type { RequestIds } from '@slipway/transport';
import { RUNTIME_VERSION } from '../../observability/version.ts';

/** The type of every JSON answer and of every plain text. */
export const JSON_TYPE = 'application/json';
export const TEXT_TYPE = 'text/plain; charset=utf-8';

const SERVER_VERSION = `slipway/${RUNTIME_VERSION}`;

/** Headers of a response while they are gathered. */
export type ResponseHeaders = Record<string, string | number>;

/** The headers that every response has, whatever it says. */
export function commonHeaders(ids: RequestIds, contentType: string): ResponseHeaders {
  return {
    ...ids.headers,
    'x-ms-server-version': SERVER_VERSION,
    'content-type': contentType,
  };
}

/** Says that the model ran, for how long, and whether it failed. */
export function addRunHeaders(headers: ResponseHeaders, runMs: number | undefined, failed: boolean): void {
  headers['x-ms-run-function-failed'] = failed ? 'True' : 'False';
  if (runMs !== undefined) headers['x-ms-run-fn-exec-ms'] = runMs.toFixed(3);
}

/** Says that the request did not run, so that another replica may be asked. */
export function addNotRun(headers: ResponseHeaders): void {
  headers[NOT_RUN_HEADER] = 'true';
}
