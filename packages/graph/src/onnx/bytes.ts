import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { GraphError } from '../graph-error.ts';

/** A part of a file that is read when it is needed. */
export interface FileRange {
  readonly file: SourceFile;
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** A file as it was when a model was read from it. */
export interface SourceFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** The elements of a tensor: in memory, or where they lie in a file. */
export type Bytes = Uint8Array | FileRange;

/** An open file; the caller closes it. */
export interface OpenFile {
  readonly source: SourceFile;
  /** Fills all of `into` from a position of the file. Throws `invalid_file` where the file ends before. */
  read(into: Uint8Array, position: number): void;
  close(): void;
}

/** Opens a file for reading. With a source, it must still be that file as it was: throws `invalid_file`. */
export function openFile(path: string, expected?: SourceFile): OpenFile {
  // A pipe would be waited for otherwise, before anyone could see that it is none of ours.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw new GraphError('invalid_file', `${path} is not a file.`);
    const source = { path, size: found.size, mtimeMs: found.mtimeMs };
    if (expected !== undefined && (expected.size !== source.size || expected.mtimeMs !== source.mtimeMs)) {
      const said = `${path} has changed since the model was read from it. Read the model again.`;
      throw new GraphError('invalid_file', said);
    }
    return {
      source,
      read: (into, position) => readFully(descriptor, path, into, position),
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function readFully(descriptor: number, path: string, into: Uint8Array, position: number): void {
  let done = 0;
  while (done < into.length) {
    const read = readSync(descriptor, into, done, into.length - done, position + done);
    if (read === 0)
      throw new GraphError('invalid_file', `${path} ends at byte ${position + done}: it was cut.`);
    done += read;
  }
}

/** The bytes in memory. A range of a file is read, whole. */
export function loadBytes(bytes: Bytes): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  const file = openFile(bytes.file.path, bytes.file);
  try {
    const loaded = new Uint8Array(bytes.length);
    file.read(loaded, bytes.offset);
    return loaded;
  } finally {
    file.close();
  }
}
