/** A line that grows beyond this without an end is given out in parts. */
const LONGEST_LINE_BYTES = 1024 * 1024;

const NEWLINE = 0x0a;

/** Cuts bytes into lines of UTF-8 text; `rest` is a line that has not ended. */
export function splitLines(bytes: Buffer): { readonly lines: readonly string[]; readonly rest: Buffer } {
  const lines: string[] = [];
  let begin = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, begin)) {
    lines.push(bytes.toString('utf8', begin, end));
    begin = end + 1;
  }
  const rest = bytes.subarray(begin);
  if (rest.byteLength <= LONGEST_LINE_BYTES) return { lines, rest };
  return { lines: [...lines, rest.toString('utf8')], rest: Buffer.alloc(0) };
}

/** True for the line with which a replica says that it is ready; what scripts print has a `stream`. */
export function isReady(line: string): boolean {
  return line.includes('"msg":"Ready."') && !line.includes('"stream":');
}

/** When a structured log line was written, in milliseconds since 1970; `undefined` for any other text. */
export function lineTime(line: string): number | undefined {
  const [, milliseconds, text] = /^\{.{0,40}"time":(?:(\d{13})|"([^"]{10,40})")/.exec(line) ?? [];
  const time = milliseconds === undefined ? Date.parse(text ?? '') : Number(milliseconds);
  return Number.isNaN(time) ? undefined : time;
}
