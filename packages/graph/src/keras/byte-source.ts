import type { FileRange } from '../onnx/bytes.ts';
import { openRegular } from '../tensorflow/read-file.ts';
import { damaged } from '../tensorflow/refusals.ts';

/** Bytes that are read by range: a file, or a part of one. */
export interface ByteSource {
  /** Names the bytes in messages. */
  readonly name: string;
  readonly size: number;
  /** Exactly `length` bytes from `offset`. Throws `GraphError` (`invalid_file`) where there are fewer. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
  /** Where these bytes stand in a file; `undefined` of bytes in memory. */
  readonly rangeOf: (offset: number, length: number) => FileRange | undefined;
}

/** A file that is read by range until it is closed. */
export interface OpenFile extends ByteSource, AsyncDisposable {}

/** Opens a file. Throws `GraphError` where it is missing or no regular file. */
export async function openFile(path: string): Promise<OpenFile> {
  const { handle, size, mtimeMs } = await openRegular(path);
  return {
    name: path,
    size,
    read: async (offset, length) => {
      requireWithin(path, size, offset, length);
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; ) {
        const { bytesRead } = await handle.read(bytes, at, length - at, offset + at);
        if (bytesRead === 0) throw damaged(path, offset + at, 'it became shorter while it was read');
        at += bytesRead;
      }
      return bytes;
    },
    rangeOf: (offset, length) => ({ file: { path, size, mtimeMs }, offset, length }),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** A part of a source as a source of its own. */
export function partOf(source: ByteSource, name: string, start: number, size: number): ByteSource {
  requireWithin(source.name, source.size, start, size);
  return {
    name,
    size,
    read: (offset, length) => {
      requireWithin(name, size, offset, length);
      return source.read(start + offset, length);
    },
    rangeOf: (offset, length) => source.rangeOf(start + offset, length),
  };
}

/** Bytes in memory as a source. */
export function inMemory(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => {
      requireWithin(name, bytes.length, offset, length);
      return bytes.subarray(offset, offset + length);
    },
    rangeOf: () => undefined,
  };
}

/** How much is kept of a source whose small structures lie near each other. */
const PAGE_BYTES = 64 * 1024;
const PAGES = 64;

/** The source with the pages that were read last kept in memory. */
export function paged(source: ByteSource): ByteSource {
  const pages = new Map<number, Promise<Uint8Array>>();
  const pageAt = (index: number): Promise<Uint8Array> => {
    const start = index * PAGE_BYTES;
    const page = pages.get(index) ?? source.read(start, Math.min(PAGE_BYTES, source.size - start));
    // What was read last stands last, so that the first is the one to forget.
    pages.delete(index);
    pages.set(index, page);
    if (pages.size > PAGES) pages.delete(pages.keys().next().value as number);
    return page;
  };
  return {
    ...source,
    read: async (offset, length) => {
      requireWithin(source.name, source.size, offset, length);
      const index = Math.floor(offset / PAGE_BYTES);
      if (offset + length > (index + 1) * PAGE_BYTES) return source.read(offset, length);
      const start = offset - index * PAGE_BYTES;
      return (await pageAt(index)).subarray(start, start + length);
    },
  };
}

function requireWithin(name: string, size: number, offset: number, length: number): void {
  const good = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!good || offset + length > size)
    throw damaged(name, Math.min(offset, size), `it has ${size} bytes, and ${length} are to stand there`);
}
