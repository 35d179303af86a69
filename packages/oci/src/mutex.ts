/** Runs the work given to it one after another. */
export type Mutex = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a lock within this process, first come first served. */
export function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
