/** Why a request is given up before its answer: it took too long, or the caller left. */
export type CancelReason = 'timeout' | 'abandoned';

/** Lets whoever waits for a replica be told to stop; it can fire once. */
export interface Cancellation {
  readonly reason: CancelReason | undefined;
  cancel(reason: CancelReason): void;
  /** `stop` is called when it fires; a later call takes the place of the former, `undefined` takes it away. */
  onCancel(stop: ((reason: CancelReason) => void) | undefined): void;
}

/** A lighter `AbortController`: every request needs one, and there is never more than one who waits. */
export function createCancellation(): Cancellation {
  let fired: CancelReason | undefined;
  let stop: ((reason: CancelReason) => void) | undefined;
  return {
    get reason() {
      return fired;
    },
    cancel: (reason) => {
      if (fired !== undefined) return;
      fired = reason;
      stop?.(reason);
    },
    onCancel: (next) => {
      stop = next;
    },
  };
}
