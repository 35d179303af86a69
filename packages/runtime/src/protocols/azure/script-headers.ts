import { NOT_RUN_HEADER } from '@slipway/contract';
import type { EntryAnswer } from '../../entry/entry-worker.ts';
import { type ResponseHeaders, SERVER_VERSION_HEADER } from '../headers.ts';

/** What the replica alone says: who asked, who answers, whether it ran, and how the connection goes on. */
const NOT_THE_SCRIPTS = new Set([
  'x-request-id',
  'x-ms-request-id',
  'x-ms-client-request-id',
  'traceid',
  SERVER_VERSION_HEADER,
  NOT_RUN_HEADER,
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const BEYOND_LATIN = /[^\t\x20-\x7e\x80-\xff]/;

/** What would end a line, or is no text at all; nothing but a tab is let through below a space. */
const CONTROL = /[^\t\P{Cc}\x80-\x9f]/u;

/** The headers of a script's answer that go out, and the names of those that HTTP does not allow. */
export interface ScriptHeaders {
  readonly contentType: string;
  readonly headers: ResponseHeaders;
  readonly forbidden: readonly string[];
}

/** A name that comes more than once stays so. A text beyond Latin-1 goes out as UTF-8. */
export function scriptHeaders({ headers: pairs }: Pick<EntryAnswer, 'headers'>): ScriptHeaders {
  const headers: ResponseHeaders = {};
  const forbidden: string[] = [];
  let contentType = 'application/octet-stream';
  for (const [given, value] of pairs) {
    const name = given.toLowerCase();
    if (!NAME.test(name) || CONTROL.test(value)) forbidden.push(given);
    else if (name === 'content-type') contentType = asBytes(value);
    else if (!NOT_THE_SCRIPTS.has(name)) add(headers, name, asBytes(value));
  }
  return { contentType, headers, forbidden };
}

function add(headers: ResponseHeaders, name: string, value: string): void {
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else headers[name] = Array.isArray(before) ? [...before, value] : [String(before), value];
}

function asBytes(value: string): string {
  return BEYOND_LATIN.test(value) ? Buffer.from(value).toString('latin1') : value;
}
