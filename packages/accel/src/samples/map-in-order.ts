/** How work on many items is done. */
export interface OrderedWork {
  /** Items that are worked on or wait to be taken, at most. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What `work` makes of each item, in their order, with some of them worked on ahead. The first failure ends it, when
 * all that was begun has ended; so does leaving the loop. `work` gets a signal that says so.
 */
export async function* mapInOrder<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  { concurrency, signal }: OrderedWork,
): AsyncGenerator<Result, void, undefined> {
  const ending = new AbortController();
  const both = signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal]);
  const begun: Promise<Result>[] = [];
  const source = items[Symbol.iterator]();
  const begin = () => {
    const next = source.next();
    if (next.done === true) return;
    const made = work(next.value, both);
    // It is looked at in its turn; until then nobody has to hear of it.
    made.catch(() => {});
    begun.push(made);
  };
  try {
    for (let slot = 0; slot < concurrency; slot += 1) begin();
    for (let made = begun[0]; made !== undefined; made = begun[0]) {
      signal?.throwIfAborted();
      const result = await made;
      begun.shift();
      begin();
      yield result;
    }
    signal?.throwIfAborted();
  } finally {
    ending.abort();
    await Promise.allSettled(begun);
  }
}
