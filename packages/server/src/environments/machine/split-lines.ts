import type { Readable } from 'node:stream';

/** Calls `onLine` with each line of a stream that is not blank, as text without its end, cut after `maxLength` characters. */
export function splitLines(stream: Readable, maxLength: number, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '').slice(0, maxLength);
    lines.forEach(tell);
  });
  stream.on('end', () => tell(rest));

  function tell(line: string): void {
    if (line.trim() !== '') onLine(line.slice(0, maxLength).trimEnd());
  }
}
