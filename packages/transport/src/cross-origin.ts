import type { OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import { NOT_RUN_HEADER, WEIGHTS_HEADER } from '@slipway/contract';
import type { HttpRequest, HttpResponse } from './http-message.ts';

/** Pages of every origin. */
const ANY = '*';

/** What a page may send, beyond what every page may: all headers that a service looks at. */
const REQUEST_HEADERS = [
  'authorization',
  'content-encoding',
  'content-type',
  'inference-header-content-length',
  'traceid',
  'traceparent',
  'tracestate',
  'x-ms-client-request-id',
  'x-ms-request-id',
  'x-request-id',
].join(', ');

/** What a page may read of an answer, beyond what every page may. */
const ANSWER_HEADERS = [
  'allow',
  'content-encoding',
  'inference-header-content-length',
  'retry-after',
  'traceid',
  'www-authenticate',
  'x-ms-client-request-id',
  'x-ms-request-id',
  'x-ms-run-fn-exec-ms',
  'x-ms-run-function-failed',
  'x-ms-server-version',
  'x-request-id',
  NOT_RUN_HEADER,
  WEIGHTS_HEADER,
].join(', ');

/** Browsers ask again after so long: seldom beside the calls of a page, soon after a change of the settings. */
const PREFLIGHT_SECONDS = 600;

/** What an answer has to say to a browser (CORS in the Fetch standard). */
export interface CrossOrigin {
  /** Goes on every answer to the request, errors too: a page cannot read an answer without. */
  readonly headers: Readonly<Record<string, string>>;
  /** The browser asks whether the page may send a request: these headers are the whole answer, and no key comes with it. */
  readonly isPreflight: boolean;
}

/**
 * What to say to the sender of a request, where pages of these origins may call (`*`: of all); `undefined` where there is
 * nothing to say. Never allows credentials of the browser's own: a page that calls knows its key.
 */
export function crossOrigin(
  origins: readonly string[],
  { method, headers: { origin } }: Pick<HttpRequest, 'method' | 'headers'>,
): CrossOrigin | undefined {
  if (origins.length === 0) return undefined;
  const isAny = origins.includes(ANY);
  // A cache must not give one origin what was said to another, or to nobody.
  const vary = isAny ? undefined : { vary: 'Origin' };
  if (origin === undefined || !(isAny || origins.includes(origin)))
    return vary && { headers: vary, isPreflight: false };
  const isPreflight = method === 'OPTIONS';
  return {
    headers: {
      ...vary,
      'access-control-allow-origin': isAny ? ANY : origin,
      ...(isPreflight ? PREFLIGHT : { 'access-control-expose-headers': ANSWER_HEADERS }),
    },
    isPreflight,
  };
}

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, POST',
  'access-control-allow-headers': REQUEST_HEADERS,
  'access-control-max-age': String(PREFLIGHT_SECONDS),
};

/**
 * The same response, with these headers in place of its own of the same names on whatever is answered. `vary` is added to its own: each
 * names what an answer depends on.
 */
export function withHeaders(response: HttpResponse, headers: Readonly<Record<string, string>>): HttpResponse {
  const joined = (own: OutgoingHttpHeaders): OutgoingHttpHeaders => ({
    ...own,
    ...headers,
    ...(own['vary'] !== undefined &&
      headers['vary'] !== undefined && { vary: union(own['vary'], headers['vary']) }),
  });
  return {
    get status() {
      return response.status;
    },
    get isUnread() {
      return response.isUnread;
    },
    get isGivenUp() {
      return response.isGivenUp;
    },
    send: (status, own, body) => response.send(status, joined(own), body),
    start: (status, own) => response.start(status, joined(own)),
    write: (chunk) => response.write(chunk),
    onDrain: (listener) => response.onDrain(listener),
    end: () => response.end(),
    destroy: () => response.destroy(),
    onClose: (listener) => response.onClose(listener),
  };
}

/** What either depends on, each name once. */
function union(own: OutgoingHttpHeader, added: string): string {
  const names = [own, added].flat().flatMap((text) =>
    String(text)
      .split(',')
      .map((name) => name.trim()),
  );
  const known = new Set<string>();
  return names
    .filter((name) => name !== '' && !known.has(name.toLowerCase()) && known.add(name.toLowerCase()))
    .join(', ');
}
