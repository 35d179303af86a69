import type { Reconciler } from '../../reconcile/reconciler.ts';

/** Looked at again after this long even if nothing was told, so that no missed change is waited for forever. */
const LOOK_AGAIN_MS = 1_000;

/** Yields now and after every change of a service, until `signal` fires; it does not throw then. */
export async function* changesOf(
  reconciler: Pick<Reconciler, 'watch'>,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<void> {
  const ended = new AbortController();
  let ring = Promise.withResolvers<void>();
  reconciler.watch(name, ended.signal, () => ring.resolve());
  const stop = () => ring.resolve();
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted) {
      yield;
      const timer = setTimeout(stop, LOOK_AGAIN_MS);
      await ring.promise;
      clearTimeout(timer);
      ring = Promise.withResolvers();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    ended.abort();
  }
}
