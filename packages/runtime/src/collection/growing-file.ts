import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file that this process alone appends to. It is there once it holds something. */
export interface GrowingFile {
  /** `undefined` until it is there. */
  path(): string | undefined;
  /** Bytes that are in it. */
  size(): number;
  /** Appends all of it or, if the disk refuses a part, nothing, and throws the system's error. */
  append(bytes: Uint8Array): void;
  close(): void;
}

/**
 * A file that was not there: `<stem>-<n>.<extension>` with the first number that no file of either extension has. Its
 * folders are made, too.
 */
export function createGrowingFile(stem: string, extension: string, later = extension): GrowingFile {
  let file: OpenedFile | undefined;
  return {
    path: () => file?.path,
    size: () => file?.size ?? 0,
    append(bytes) {
      file ??= openFirstFree(stem, extension, later);
      appendWhole(file, bytes);
    },
    close: () => {
      if (file !== undefined) closeSync(file.descriptor);
    },
  };
}

interface OpenedFile {
  readonly path: string;
  readonly descriptor: number;
  size: number;
}

function openFirstFree(stem: string, extension: string, later: string): OpenedFile {
  mkdirSync(dirname(stem), { recursive: true, mode: 0o700 });
  for (let number = 1; ; number++) {
    if (existsSync(`${stem}-${number}.${later}`)) continue;
    const path = `${stem}-${number}.${extension}`;
    const descriptor = openNew(path);
    if (descriptor !== undefined) return { path, descriptor, size: 0 };
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

function appendWhole(file: OpenedFile, bytes: Uint8Array): void {
  let done = 0;
  try {
    while (done < bytes.length) done += writeSync(file.descriptor, bytes, done);
  } catch (thrown) {
    ftruncateSync(file.descriptor, file.size);
    throw thrown;
  }
  file.size += bytes.length;
}
