/** How a wait ended: there is a replica, the caller left, or there was no room or no time left. */
export type WaitEnd = 'ready' | 'left' | 'over';

/** Requests to a service that has no replica yet. Bounded in number and time. */
export interface WaitingRoom {
  /** Requests that wait now. */
  count(): number;
  /** `onLeave` takes what is to be called when the caller leaves. At once `over` where `most` others wait. */
  wait(most: number, timeoutMs: number, onLeave: (left: () => void) => void): Promise<WaitEnd>;
  /** Lets all go on. */
  open(): void;
}

export function createWaitingRoom(): WaitingRoom {
  const waiting = new Set<(end: WaitEnd) => void>();

  return {
    count: () => waiting.size,
    wait: (most, timeoutMs, onLeave) => {
      if (waiting.size >= most) return Promise.resolve('over');
      return new Promise((resolve) => {
        const timer = setTimeout(() => settle('over'), timeoutMs);
        waiting.add(settle);
        onLeave(() => settle('left'));

        function settle(end: WaitEnd): void {
          clearTimeout(timer);
          waiting.delete(settle);
          resolve(end);
        }
      });
    },
    open: () => {
      for (const settle of [...waiting]) settle('ready');
    },
  };
}
