/** What a replica tells the meter of: `inFlight` is the number of its requests after the change. */
export interface LoadMeter {
  began(inFlight: number, now: number): void;
  ended(inFlight: number, now: number): void;
  /** From now on it counts what is with these replicas, each of which runs `concurrency` requests at once. */
  follow(inFlight: readonly number[], concurrency: number, now: number): void;
  /** Requests times milliseconds since it was made: those that ran, and those that waited for their turn. */
  read(now: number): { readonly runningMs: number; readonly waitingMs: number };
}

/** Measures how busy the replicas of a service are: two additions and two products a request and end of it. */
export function createLoadMeter(since: number): LoadMeter {
  let concurrency = 1;
  let running = 0;
  let waiting = 0;
  let runningMs = 0;
  let waitingMs = 0;
  let at = since;

  function settle(now: number): void {
    runningMs += running * (now - at);
    waitingMs += waiting * (now - at);
    at = now;
  }

  return {
    began: (inFlight, now) => {
      settle(now);
      if (inFlight > concurrency) waiting += 1;
      else running += 1;
    },
    ended: (inFlight, now) => {
      settle(now);
      if (inFlight >= concurrency) waiting -= 1;
      else running -= 1;
    },
    follow: (inFlight, most, now) => {
      settle(now);
      concurrency = most;
      running = inFlight.reduce((sum, one) => sum + Math.min(one, most), 0);
      waiting = inFlight.reduce((sum, one) => sum + Math.max(0, one - most), 0);
    },
    read: (now) => {
      settle(now);
      return { runningMs, waitingMs };
    },
  };
}
