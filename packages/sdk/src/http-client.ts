import { randomUUID } from 'node:crypto';
import { SlipwayError } from '@slipway/contract';
import type { PageOf } from '@slipway/contract/api';
import type { Connection } from './connection.ts';
import { errorOfAnswer, errorOfFailure } from './http-errors.ts';
import { pause } from './pause.ts';

/** A control request that has not been answered after this long is given up. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** Pauses before the second and the third attempt: a control plane that restarts is back within half a second. */
const RETRY_PAUSES_MS = [100, 400] as const;

/** Entries asked for at a time in a listing. */
const PAGE_SIZE = 500;

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** One request to the control plane. */
export interface ApiRequest {
  /** Default GET. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, with a leading slash and encoded. */
  readonly path: string;
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as they are. */
  readonly bytes?: Blob | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Set where sending it twice does no harm, as with GET and HEAD. */
  readonly repeatable?: boolean | undefined;
  /** Set for a POST that makes something: it gets an idempotency key, and may then be sent twice to make one. */
  readonly once?: boolean | undefined;
}

/** What the nouns call. Every error is a `SlipwayError`. */
export interface HttpClient {
  readonly connection: Connection;
  /** Sends and reads a JSON answer; `undefined` for an answer without a body. */
  json<T>(request: ApiRequest): Promise<T>;
  /** Sends and leaves the body to the caller; the timeout then ends with the headers. */
  open(request: ApiRequest): Promise<Response>;
  /** Reads a listing page by page. */
  list<T>(request: ApiRequest): Promise<T[]>;
}

/** Builds the client of one control plane. */
export function createHttpClient(connection: Connection): HttpClient {
  return {
    connection,
    json: <T>(request: ApiRequest) => exchange(connection, request, readJson<T>),
    open: (request) => exchange(connection, request, async (response) => response),
    list: <T>(request: ApiRequest) => Array.fromAsync(readPages<T>(connection, request)),
  };
}

type Read<T> = (response: Response) => Promise<T>;

async function exchange<T>(connection: Connection, asked: ApiRequest, read: Read<T>): Promise<T> {
  const request = asked.once ? withKey(asked) : asked;
  const pauses = isRepeatable(request) ? RETRY_PAUSES_MS : [];
  for (const milliseconds of pauses) {
    try {
      return await attempt(connection, request, read);
    } catch (thrown) {
      if (!(thrown instanceof SlipwayError) || thrown.code !== 'unavailable') throw thrown;
      await pause(milliseconds, request.signal);
    }
  }
  return await attempt(connection, request, read);
}

function withKey(request: ApiRequest): ApiRequest {
  const headers = { ...request.headers, 'idempotency-key': randomUUID() };
  return { ...request, headers, repeatable: true };
}

function isRepeatable({ method = 'GET', repeatable = false }: ApiRequest): boolean {
  return repeatable || method === 'GET' || method === 'HEAD';
}

async function attempt<T>(connection: Connection, request: ApiRequest, read: Read<T>): Promise<T> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new DOMException('', 'TimeoutError')), timeoutMs);
  try {
    const response = await fetch(urlOf(connection, request), {
      ...initOf(connection, request),
      signal: signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal]),
    });
    if (!response.ok) throw await errorOfAnswer(response);
    return await read(response);
  } catch (thrown) {
    throw errorOfFailure(thrown, connection.url, request);
  } finally {
    clearTimeout(timer);
  }
}

function urlOf({ url }: Connection, { path, query = {} }: ApiRequest): URL {
  const full = new URL(`/api/v1${path}`, url);
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) full.searchParams.append(name, String(one));
  }
  return full;
}

function initOf({ token }: Connection, { method = 'GET', body, bytes, headers }: ApiRequest): RequestInit {
  return {
    method,
    redirect: 'error',
    headers: {
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(bytes !== undefined && { 'content-type': 'application/octet-stream' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(bytes !== undefined && { body: bytes }),
  };
}

async function readJson<T>(response: Response): Promise<T> {
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function* readPages<T>(connection: Connection, request: ApiRequest): AsyncGenerator<T> {
  let cursor: string | null = null;
  do {
    const query: Query = { limit: PAGE_SIZE, ...request.query, ...(cursor !== null && { cursor }) };
    const page: PageOf<T> = await exchange(connection, { ...request, query }, readJson<PageOf<T>>);
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
