/** Lets one piece of work through at a time, in the order of asking. */
export interface Turnstile {
  pass<T>(work: () => Promise<T>): Promise<T>;
  /** Settles when nothing that asked before is left. */
  idle(): Promise<void>;
}

/** A turnstile that is free. */
export function createTurnstile(): Turnstile {
  let last: Promise<unknown> = Promise.resolve();
  return {
    pass(work) {
      const result = last.then(work);
      last = result.catch(() => undefined);
      return result;
    },
    async idle() {
      await last;
    },
  };
}
