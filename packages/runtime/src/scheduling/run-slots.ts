/** How many requests may run at once in a replica, over all its lanes. */
export interface RunSlots {
  readonly free: number;
  /** As many of the wanted slots as are free; the taker gives them back. */
  take(wanted: number): number;
  give(count: number): void;
  /** Calls back whenever slots were given back, for lanes that found none. Returns what ends that. */
  onFree(listener: () => void): () => void;
}

/** The slots as one model uses them: once it has left, it is called back no more. */
export interface BorrowedSlots extends RunSlots {
  leave(): void;
}

/** `limit` slots; `null` for as many as the engines can run. */
export function createRunSlots(limit: number | null): RunSlots {
  const listeners = new Set<() => void>();
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
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Slots of a replica for one of its models, which come and go. */
export function borrowSlots(slots: RunSlots): BorrowedSlots {
  const endings: (() => void)[] = [];
  return {
    get free() {
      return slots.free;
    },
    take: (wanted) => slots.take(wanted),
    give: (count) => slots.give(count),
    onFree(listener) {
      const end = slots.onFree(listener);
      endings.push(end);
      return end;
    },
    leave() {
      for (const end of endings) end();
    },
  };
}
