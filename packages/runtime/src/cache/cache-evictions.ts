/** An entry of a cache on disk. */
export interface CacheEntry {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
  /** Still being built, or left by a process that died over it. */
  readonly temporary: boolean;
}

/** A build takes seconds; what is still unfinished after an hour (in milliseconds) has lost its builder. */
const ABANDONED_AFTER_MS = 3_600_000;

/** Names of the entries to remove: abandoned ones, and the longest unused until the rest fits `maxBytes`. */
export function cacheEvictions(
  entries: readonly CacheEntry[],
  { keep, maxBytes, now }: { readonly keep: string; readonly maxBytes: number; readonly now: number },
): readonly string[] {
  const abandoned = entries.filter((entry) => entry.temporary && now - entry.usedAt > ABANDONED_AFTER_MS);
  const finished = entries.filter((entry) => !entry.temporary).sort((a, b) => a.usedAt - b.usedAt);
  let total = finished.reduce((sum, entry) => sum + entry.bytes, 0);
  const tooMuch = finished.filter((entry) => {
    if (total <= maxBytes || entry.name === keep) return false;
    total -= entry.bytes;
    return true;
  });
  return [...abandoned, ...tooMuch].map((entry) => entry.name);
}
