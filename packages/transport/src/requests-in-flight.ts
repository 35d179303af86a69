import type { HttpResponse } from './http-message.ts';

/** The requests that have begun and whose responses are not yet closed, whatever protocol they came by. */
export interface RequestsInFlight {
  add(response: Pick<HttpResponse, 'onClose'>): void;
  /** Settles when nothing is in flight. */
  settled(): Promise<void>;
}

export function createRequestsInFlight(): RequestsInFlight {
  let running = 0;
  let whenNone: (() => void)[] = [];

  function remove(): void {
    running -= 1;
    if (running > 0) return;
    const waiting = whenNone;
    whenNone = [];
    for (const resolve of waiting) resolve();
  }

  return {
    add: (response) => {
      running += 1;
      response.onClose(remove);
    },
    settled: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => whenNone.push(resolve))),
  };
}
