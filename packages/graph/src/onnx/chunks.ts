import { type Bytes, openFile } from './bytes.ts';

const CHUNK_BYTES = 1024 * 1024;

/** The bytes of all parts in chunks of 1 MiB. A chunk is good until the next one is asked for: they share their memory. */
export function* chunksOf(parts: readonly Bytes[]): Generator<Uint8Array, void, void> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let used = 0;
  for (const part of parts) {
    const source = part instanceof Uint8Array ? undefined : openFile(part.file.path, part.file);
    try {
      for (let done = 0; done < part.length; ) {
        if (used === chunk.length) {
          yield chunk;
          used = 0;
        }
        const taken = Math.min(chunk.length - used, part.length - done);
        if (part instanceof Uint8Array) chunk.set(part.subarray(done, done + taken), used);
        else source?.read(chunk.subarray(used, used + taken), part.offset + done);
        done += taken;
        used += taken;
      }
    } finally {
      source?.close();
    }
  }
  if (used > 0) yield chunk.subarray(0, used);
}
