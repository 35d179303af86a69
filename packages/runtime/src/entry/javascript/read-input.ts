import type { HeaderPairs } from '../messages.ts';
import type { ThreadRequest } from './messages.ts';

/** The caller's fault, as it is told. */
export class BadInput extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A host that no request needs, before the path of one that is taken as it is. */
const ORIGIN = 'http://localhost';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What `run` gets of a request: the value of a JSON body, the bytes of any other, of GET the query; with `isRaw` all of it. Throws `BadInput`.
 */
export function readInput(request: ThreadRequest, isRaw: boolean): unknown {
  if (isRaw) return wholeRequest(request);
  if (request.method === 'GET') return queryValues(request.query);
  if (request.method !== 'POST') throw new BadInput(405, 'Method not allowed');
  return saysJson(request.headers) ? jsonBody(request.body) : request.body;
}

function wholeRequest({ method, path, query, headers, body }: ThreadRequest): Request {
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(`${ORIGIN}${path}${query === '' ? '' : `?${query}`}`, {
    method,
    headers: headersOf(headers),
    body: hasBody ? (body as Uint8Array<ArrayBuffer>) : null,
  });
}

/** As a list that can be asked for by name. */
export function headersOf(pairs: HeaderPairs): Headers {
  const headers = new Headers();
  for (const [name, value] of pairs) headers.append(name, value);
  return headers;
}

/** Without a content type, JSON is what is meant. */
function saysJson(headers: HeaderPairs): boolean {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  if (type === undefined) return true;
  return /^application\/(?:[^;\s]+\+)?json$/i.test(type.split(';')[0]?.trim() ?? '');
}

function jsonBody(body: Uint8Array): unknown {
  if (body.length === 0) throw new BadInput(400, 'POST body is empty. Expecting JSON.');
  let text: string;
  try {
    text = UTF8.decode(body);
  } catch {
    throw new BadInput(400, 'Input cannot be decoded as UTF-8.');
  }
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new BadInput(400, `POST body could not be decoded as JSON: ${(thrown as Error).message}`);
  }
}

/** Each value parsed as JSON if it is JSON, repeats as lists. */
function queryValues(query: string): Readonly<Record<string, unknown>> {
  const values = new Map<string, unknown[]>();
  for (const [name, value] of new URLSearchParams(query)) {
    values.set(name, [...(values.get(name) ?? []), jsonOrText(value)]);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all]));
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
