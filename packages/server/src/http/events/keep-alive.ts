/** Silence that proxies and our own idle timeout bear: they cut connections after 30 s to 2 minutes of it. */
const KEEP_ALIVE_MS = 15_000;

/**
 * Fills silence with comments, so that a broken connection is found out and a quiet one is not cut. Begins with one:
 * headers go out with the first byte, and a client should not have to wait for the first event.
 */
export async function* withKeepAlive(
  texts: AsyncGenerator<string>,
  silenceMs = KEEP_ALIVE_MS,
): AsyncGenerator<string> {
  yield ': open\n\n';
  try {
    let next = texts.next();
    while (true) {
      const result = await firstOf(next, silenceMs);
      if (result === undefined) {
        yield ': keep-alive\n\n';
        continue;
      }
      if (result.done) return;
      yield result.value;
      next = texts.next();
    }
  } finally {
    await texts.return(undefined);
  }
}

/** The value, or `undefined` if it takes longer. */
async function firstOf<T>(value: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([value, silence]);
  } finally {
    clearTimeout(timer);
  }
}
