import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Bytes that are read at once. Weights are jumped over, so a file of gigabytes costs a few reads. */
const WINDOW_BYTES = 65_536;

/** A file of any size, read where it is looked at. */
export interface WindowedFile {
  readonly size: number;
  /** The byte at a position below `size`. */
  byteAt(position: number): number;
  /** The bytes from `start` up to but not including `end`, as UTF-8 text. */
  textAt(start: number, end: number): string;
  close(): void;
}

export function openWindowed(path: string): WindowedFile {
  const descriptor = openSync(path, 'r');
  const window = Buffer.alloc(WINDOW_BYTES);
  let from = 0;
  let until = 0;
  return {
    size: fstatSync(descriptor).size,
    byteAt(position) {
      if (position < from || position >= until) {
        from = position;
        until = position + readSync(descriptor, window, 0, WINDOW_BYTES, position);
      }
      return window[position - from] ?? 0;
    },
    textAt(start, end) {
      if (start >= from && end <= until) return window.toString('utf8', start - from, end - from);
      const bytes = Buffer.alloc(end - start);
      const read = readSync(descriptor, bytes, 0, bytes.length, start);
      return bytes.toString('utf8', 0, read);
    },
    close: () => closeSync(descriptor),
  };
}
