import type { Readable } from 'node:stream';

/** Longer lines are cut: a tool that prints megabytes without a break must not fill the memory. */
const MAX_LINE_LENGTH = 2_000;

/** Calls `onLine` with each line of a stream that is not blank, as text without its end. */
export function splitLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '').slice(0, MAX_LINE_LENGTH);
    lines.forEach(tell);
  });
  stream.on('end', () => tell(rest));

  function tell(line: string): void {
    if (line.trim() !== '') onLine(line.slice(0, MAX_LINE_LENGTH).trimEnd());
  }
}
