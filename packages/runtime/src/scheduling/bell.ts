/**
 * Wakes another thread through shared memory, which takes less than a message does: `npm run bench:wake-up`. One thread rings,
 * one other hears; what it has not heard yet is heard at its next look, so no ring is lost, and several may be heard as one.
 */
export interface Bell {
  ring(): void;
  /** Blocks the thread until there is a ring; not for the thread of the sockets. */
  wait(): void;
  /** True if there was a ring since the last that was heard, which is heard then. */
  rang(): boolean;
  /** Resolves at the next ring; `undefined` if there was one since the last that was heard. */
  next(): Promise<void> | undefined;
}

/** Memory for one bell. */
export const BELL_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** One thread's side of a bell, in memory that was zero when it was made. */
export function createBell(memory: SharedArrayBuffer): Bell {
  const rings = new Int32Array(memory);
  let heard = 0;

  const ring = () => {
    Atomics.add(rings, 0, 1);
    Atomics.notify(rings, 0);
  };
  const rang = () => {
    const now = Atomics.load(rings, 0);
    const isNew = now !== heard;
    heard = now;
    return isNew;
  };
  // Between the two steps of a ring it can be heard and the next be waited for; the second step then wakes whoever waits.
  const wait = () => {
    do Atomics.wait(rings, 0, heard);
    while (!rang());
  };
  const next = (): Promise<void> | undefined => {
    const waiting = Atomics.waitAsync(rings, 0, heard);
    if (waiting.async) return waiting.value.then(() => (rang() ? undefined : next()));
    rang();
    return undefined;
  };
  return { ring, rang, wait, next };
}
