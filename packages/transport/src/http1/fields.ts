import type { IncomingHttpHeaders } from 'node:http';
import { HttpProblem } from './problems.ts';

/** RFC 9110, 5.6.2: what names of fields and methods are made of. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** RFC 9112, 2.2: a line ends with CR and LF and holds neither by itself, nor any other control character but tabs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
const BROKEN_LINES = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/;

/** Fields of which the first alone counts, as in `node:http`; others are joined. */
const SINGULAR: ReadonlySet<string> = new Set([
  'age',
  'authorization',
  'content-type',
  'etag',
  'expires',
  'from',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'retry-after',
  'server',
  'user-agent',
]);

/** Fields that tell where a message ends or whom it is for: if two of them differ, two readers see two messages. */
const UNIQUE: ReadonlySet<string> = new Set(['content-length', 'host', 'transfer-encoding']);

/** True if the text holds only whole lines of characters that a head may have. */
export function hasGoodLines(head: string): boolean {
  return !BROKEN_LINES.test(head);
}

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** True if the value of a `Connection` header names the option, which is given in lower case. */
export function hasOption(connection: string, option: string): boolean {
  const options = connection.toLowerCase();
  return options === option || options.split(',').some((one) => one.trim() === option);
}

/** Reads the lines of fields in `head` from `offset` to its end into names in lower case and their values. */
export function readFields(head: string, offset: number): IncomingHttpHeaders | HttpProblem {
  // Without a prototype, so that no name finds anything but a header.
  const headers: IncomingHttpHeaders = Object.create(null);
  for (let start = offset; start < head.length; ) {
    const colon = head.indexOf(':', start);
    const lineEnd = head.indexOf('\r\n', start);
    const end = lineEnd < 0 ? head.length : lineEnd;
    // A line that begins with a space would continue the one before it; its name is none.
    if (colon < 0 || colon > end || !TOKEN.test(head.slice(start, colon))) {
      return new HttpProblem(400, 'The request is not valid HTTP: a header line has no valid name.');
    }
    const name = head.slice(start, colon).toLowerCase();
    const value = trimmed(head, colon + 1, end);
    if (!addField(headers, name, value))
      return new HttpProblem(400, `The header "${name}" comes more than once.`);
    start = end + 2;
  }
  return headers;
}

function addField(headers: IncomingHttpHeaders, name: string, value: string): boolean {
  if (name === 'set-cookie') {
    headers[name] = [...(headers[name] ?? []), value];
    return true;
  }
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else if (UNIQUE.has(name)) return false;
  else if (!SINGULAR.has(name)) headers[name] = `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  return true;
}

/** The text between two offsets without the blanks around it. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
