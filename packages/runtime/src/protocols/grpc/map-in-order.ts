/**
 * Maps values as they come, up to `limit` at once, and gives the results in the order of the values. `map` must not
 * reject.
 */
export async function* mapInOrder<T, R>(
  source: AsyncIterable<T>,
  limit: number,
  map: (value: T) => Promise<R>,
): AsyncGenerator<R> {
  const values = source[Symbol.asyncIterator]();
  const running: Promise<R>[] = [];
  let coming: Promise<IteratorResult<T>> | undefined = values.next();
  while (coming !== undefined || running.length > 0) {
    const [first] = running;
    const mayStart = coming !== undefined && running.length < limit;
    const next = mayStart ? await whicheverIsFirst(coming, first) : undefined;
    if (next === undefined) {
      if (first !== undefined) yield await first;
      running.shift();
    } else if (next.done === true) coming = undefined;
    else {
      running.push(map(next.value));
      coming = values.next();
    }
  }
}

/** The next value if it comes before the oldest result. */
function whicheverIsFirst<T, R>(
  coming: Promise<IteratorResult<T>> | undefined,
  oldest: Promise<R> | undefined,
): Promise<IteratorResult<T> | undefined> | undefined {
  return oldest === undefined ? coming : Promise.race([coming, oldest.then(() => undefined)]);
}
