import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file that this process alone appends to. */
export interface GrowingFile {
  readonly path: string;
  /** Bytes that are in it. */
  size(): number;
  /** Appends all of it or, if the disk refuses a part, nothing, and throws the system's error. */
  append(bytes: Uint8Array): void;
  close(): void;
}

/**
 * Makes a file that was not there: `<stem>-<n>.<extension>` with the first number that no file of either extension has. Its
 * folders are made, too.
 */
export function createGrowingFile(stem: string, extension: string, later = extension): GrowingFile {
  mkdirSync(dirname(stem), { recursive: true, mode: 0o700 });
  for (let number = 1; ; number++) {
    if (existsSync(`${stem}-${number}.${later}`)) continue;
    const path = `${stem}-${number}.${extension}`;
    const descriptor = openNew(path);
    if (descriptor !== undefined) return growingFile(path, descriptor);
  }
}

function openNew(path: string): number | undefined {
  try {
    return openSync(path, 'ax', 0o600);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw thrown;
  }
}

function growingFile(path: string, descriptor: number): GrowingFile {
  let size = 0;
  return {
    path,
    size: () => size,
    append(bytes) {
      let done = 0;
      try {
        while (done < bytes.length) done += writeSync(descriptor, bytes, done);
      } catch (thrown) {
        ftruncateSync(descriptor, size);
        throw thrown;
      }
      size += bytes.length;
    },
    close: () => closeSync(descriptor),
  };
}
