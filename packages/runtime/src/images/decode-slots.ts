/** Runs at most so many pieces of work at once, first come, first served. */
export interface DecodeSlots {
  /** Settles as `work` does, once it had its turn. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** What waits is bounded by whoever lets work in. */
export function createDecodeSlots(slots: number): DecodeSlots {
  const waiting: (() => void)[] = [];
  let free = slots;

  function take(): Promise<void> | undefined {
    if (free === 0) return new Promise((resolve) => waiting.push(resolve));
    free -= 1;
    return undefined;
  }

  function give(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return {
    async run(work) {
      await take();
      try {
        return await work();
      } finally {
        give();
      }
    },
  };
}
