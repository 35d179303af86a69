import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';

/** Of names and values: what would end a line is never written, so that no value can become a header or a body. */
const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/;

/** The first lines of a response up to and with the empty line, as text of one byte a character. */
export function responseHead(status: number, headers: OutgoingHttpHeaders, ending: string): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${headerLines(headers)}${ending}`;
}

/** Headers as lines; throws a `TypeError` naming the header whose value would break its line. */
export function headerLines(headers: OutgoingHttpHeaders): string {
  let lines = '';
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined) continue;
    if (Array.isArray(value)) for (const one of value) lines += headerLine(name, one);
    else lines += headerLine(name, String(value));
  }
  return lines;
}

function headerLine(name: string, value: string): string {
  if (UNSAFE.test(value)) throw new TypeError(`The header "${name}" has a value that no header may have.`);
  return `${name}: ${value}\r\n`;
}
