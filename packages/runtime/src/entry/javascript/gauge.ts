/** Printed and collected bytes that the replica has not taken yet; beyond them, the script waits. */
const MAX_SENT_BYTES = 1024 * 1024;

/** What a message costs beside its text: many short ones would keep the replica busy in one go. */
const MESSAGE_BYTES = 1024;

/** A thread that waits looks again so often, should a bell be lost. */
const LOOK_AGAIN_MS = 100;

const SENT = 0;
const NATIVE = 1;

/** Numbers that a thread and its replica share: how much is sent and not taken, and whether native code runs. */
export interface Gauge {
  /** Of the thread: waits until the replica has taken enough of what was sent, and counts these bytes. */
  sending(bytes: number): void;
  /** Of the replica. */
  taken(bytes: number): void;
  /** Of the thread: runs what must not be interrupted. */
  inNative<T>(run: () => T): T;
  /** Of the replica: true while ending the thread would end the process. */
  readonly isInNative: boolean;
}

/** The memory of a new gauge. */
export function gaugeMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
}

export function createGauge(memory: SharedArrayBuffer): Gauge {
  const numbers = new Int32Array(memory);
  return {
    sending(bytes) {
      for (;;) {
        const sent = Atomics.load(numbers, SENT);
        if (sent < MAX_SENT_BYTES) break;
        Atomics.wait(numbers, SENT, sent, LOOK_AGAIN_MS);
      }
      Atomics.add(numbers, SENT, bytes + MESSAGE_BYTES);
    },
    taken(bytes) {
      Atomics.sub(numbers, SENT, bytes + MESSAGE_BYTES);
      Atomics.notify(numbers, SENT);
    },
    inNative(run) {
      Atomics.store(numbers, NATIVE, 1);
      try {
        return run();
      } finally {
        Atomics.store(numbers, NATIVE, 0);
      }
    },
    get isInNative() {
      return Atomics.load(numbers, NATIVE) === 1;
    },
  };
}
