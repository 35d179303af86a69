/** What is connected, and can be closed. */
interface Closable {
  readonly close: () => void;
}

/** One connection at a time, made when it is needed. */
export interface Connection<C> {
  /** Does work on it. One that nobody used for too long is made anew before. */
  readonly use: <T>(work: (open: C) => Promise<T>) => Promise<T>;
  /** The next work gets another one. What runs on this one goes on; then it is closed. */
  readonly renew: () => void;
  /** Closes it at once, which ends what runs on it. */
  readonly close: () => void;
}

interface Shared<C> {
  readonly open: C;
  users: number;
  isRetired: boolean;
  /** By the clock of `performance.now`. */
  usableUntil: number;
}

/** `idleMs`: how long after its last use a connection is still good. Behind some balancers older ones are dead without saying so. */
export function createConnection<C extends Closable>(connect: () => C, idleMs: number): Connection<C> {
  const all = new Set<Shared<C>>();
  let current: Shared<C> | undefined;
  return { use, renew, close };

  async function use<T>(work: (open: C) => Promise<T>): Promise<T> {
    if (current !== undefined && current.usableUntil < performance.now()) renew();
    current ??= begin();
    const shared = current;
    shared.users += 1;
    shared.usableUntil = performance.now() + idleMs;
    try {
      return await work(shared.open);
    } finally {
      shared.users -= 1;
      closeIfUnused(shared);
    }
  }

  function begin(): Shared<C> {
    const shared = { open: connect(), users: 0, isRetired: false, usableUntil: Number.POSITIVE_INFINITY };
    all.add(shared);
    return shared;
  }

  function renew(): void {
    if (current === undefined) return;
    const shared = current;
    current = undefined;
    shared.isRetired = true;
    closeIfUnused(shared);
  }

  function closeIfUnused(shared: Shared<C>): void {
    if (shared.isRetired && shared.users === 0 && all.delete(shared)) shared.open.close();
  }

  function close(): void {
    for (const { open } of all) open.close();
    all.clear();
    current = undefined;
  }
}
