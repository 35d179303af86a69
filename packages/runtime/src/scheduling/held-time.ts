/**
 * Time in which the machine held this process: it was stopped, or got no processor. Nothing could be run then, so it is
 * no waiting for a turn, and when the process goes on, the engine may long be free.
 */
export interface HeldTime {
  /** To be called when something begins to wait. Before that nothing is known of the process. */
  watch(): void;
  /** Looks at the clock now. Who comes first after a hold may come before the timer that looks. */
  look(): void;
  /** Milliseconds of the time since `time` (of `performance.now()`) in which the process was held, by the last look. */
  since(time: number): number;
}

/** Milliseconds between two looks at the clock; a hold is found too short by that much. */
const LOOK_MS = 50;

/**
 * Shorter holds count as waiting: they end no patience by themselves, and where processor time is rationed they are the
 * ordinary pace. Linux gives a container its ration for 100 ms at a time (`cpu.max`).
 */
const SHORTEST_HOLD_MS = 100;

/** Holds that are remembered; nothing waits through more of them. */
const MOST_HOLDS = 32;

const MICROSECONDS_PER_MS = 1_000;

interface Hold {
  readonly endedAt: number;
  readonly ms: number;
}

/** Looks for as long as `isBusy` is true after `watch` was called. */
export function createHeldTime(isBusy: () => boolean): HeldTime {
  const holds: Hold[] = [];
  let timer: NodeJS.Timeout | undefined;
  let lookedAt = 0;
  let usedMs = 0;

  const look = () => {
    if (timer === undefined) return;
    const now = performance.now();
    const used = threadCpuMs();
    // What the thread itself did meanwhile was work on requests, and waiting for that is waiting for a turn.
    const ms = now - lookedAt - LOOK_MS - (used - usedMs);
    if (ms >= SHORTEST_HOLD_MS) holds.push({ endedAt: now, ms });
    if (holds.length > MOST_HOLDS) holds.shift();
    lookedAt = now;
    usedMs = used;
  };
  const lookOrEnd = () => {
    if (isBusy()) return look();
    clearInterval(timer);
    timer = undefined;
    holds.length = 0;
  };

  return {
    watch() {
      if (timer !== undefined) return;
      lookedAt = performance.now();
      usedMs = threadCpuMs();
      timer = setInterval(lookOrEnd, LOOK_MS).unref();
    },
    look,
    since(time) {
      let ms = 0;
      for (const hold of holds) ms += Math.max(0, Math.min(hold.ms, hold.endedAt - time));
      return ms;
    },
  };
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / MICROSECONDS_PER_MS;
}
