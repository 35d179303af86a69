import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** The last lines of a process that may yet have to tell why it ended. */
export interface CollectedLog {
  text(): string;
  /** Hands over the lines so far, and from now on each that comes. */
  printTo(sink: (line: string) => void): void;
}

/** Reads the streams to their end and keeps their last lines. */
export function collectLog(streams: readonly (Readable | null)[], keptLines: number): CollectedLog {
  const kept: string[] = [];
  let print: ((line: string) => void) | undefined;
  for (const input of streams) {
    if (input === null) continue;
    createInterface({ input }).on('line', (line) => {
      kept.push(line);
      if (kept.length > keptLines) kept.shift();
      print?.(line);
    });
  }
  return {
    text: () => kept.join('\n'),
    printTo(sink) {
      kept.forEach(sink);
      print = sink;
    },
  };
}
