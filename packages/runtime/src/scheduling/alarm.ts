/** One timer for many deadlines. */
export interface Alarm {
  /** Rings at `time` (of `performance.now()`) at the latest; an earlier time that is already set stays. */
  atLatest(time: number): void;
  cancel(): void;
}

/** `ring` is called once for each time the alarm was set; it sets the alarm again if there is more to wait for. */
export function createAlarm(ring: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let setFor = Number.POSITIVE_INFINITY;

  const cancel = () => {
    clearTimeout(timer);
    timer = undefined;
    setFor = Number.POSITIVE_INFINITY;
  };
  return {
    atLatest(time) {
      if (time >= setFor) return;
      clearTimeout(timer);
      setFor = time;
      // Node's timers may fire up to a millisecond early; one more keeps a deadline from being missed by that.
      timer = setTimeout(
        () => {
          cancel();
          ring();
        },
        Math.max(0, time - performance.now()) + 1,
      );
    },
    cancel,
  };
}
