/** How many requests may run at once in a replica, over all its lanes. */
export interface RunSlots {
  readonly free: number;
  /** As many of the wanted slots as are free; the taker gives them back. */
  take(wanted: number): number;
  give(count: number): void;
  /** Calls back whenever slots were given back, for lanes that found none. */
  onFree(listener: () => void): void;
}

/** `limit` slots; `null` for as many as the engines can run. */
export function createRunSlots(limit: number | null): RunSlots {
  const listeners: (() => void)[] = [];
  let free = limit ?? Number.POSITIVE_INFINITY;
  return {
    get free() {
      return free;
    },
    take(wanted) {
      const granted = Math.min(wanted, free);
      free -= granted;
      return granted;
    },
    give(count) {
      if (count === 0) return;
      const wereNone = free === 0;
      free += count;
      if (wereNone) for (const listener of listeners) listener();
    },
    onFree(listener) {
      listeners.push(listener);
    },
  };
}
