import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** Hash states kept in memory. One more than this drops the oldest, which is then computed again from its file. */
const MAX_KEPT_HASHES = 256;

/** A hash over the first `offset` bytes of an upload. */
export interface RunningHash {
  readonly hash: Hash;
  readonly offset: number;
}

/** The hashes of uploads under way, so that a resumed upload is not read again from its beginning. */
export interface RunningHashes {
  /** Takes the hash over the first `offset` bytes of the upload's file, from memory or from the file. */
  take(id: string, path: string, offset: number): Promise<Hash>;
  keep(id: string, running: RunningHash): void;
  drop(id: string): void;
}

/** Builds an empty collection. */
export function createRunningHashes(): RunningHashes {
  const kept = new Map<string, RunningHash>();
  return {
    async take(id, path, offset) {
      const running = kept.get(id);
      kept.delete(id);
      return running?.offset === offset ? running.hash : await hashFile(path, offset);
    },
    keep(id, running) {
      kept.set(id, running);
      const [oldest] = kept.keys();
      if (kept.size > MAX_KEPT_HASHES && oldest !== undefined) kept.delete(oldest);
    },
    drop: (id) => void kept.delete(id),
  };
}

async function hashFile(path: string, size: number): Promise<Hash> {
  const hash = createHash('sha256');
  if (size === 0) return hash;
  for await (const chunk of createReadStream(path, { end: size - 1 })) hash.update(chunk);
  return hash;
}
