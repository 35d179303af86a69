/** Printed bytes that the replica has not taken yet; beyond them, printing waits. */
const MAX_PRINTED_BYTES = 1024 * 1024;

/** What a message costs beside its text: many short ones would keep the replica busy in one go. */
const MESSAGE_BYTES = 1024;

/** A thread that prints looks again so often, should a bell be lost. */
const LOOK_AGAIN_MS = 100;

const PRINTED = 0;
const NATIVE = 1;

/** Numbers that a thread and its replica share: how much is printed and not taken, and whether native code runs. */
export interface Gauge {
  /** Of the thread: waits until the replica has taken enough of what was printed, and counts these. */
  printing(bytes: number): void;
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
    printing(bytes) {
      for (;;) {
        const printed = Atomics.load(numbers, PRINTED);
        if (printed < MAX_PRINTED_BYTES) break;
        Atomics.wait(numbers, PRINTED, printed, LOOK_AGAIN_MS);
      }
      Atomics.add(numbers, PRINTED, bytes + MESSAGE_BYTES);
    },
    taken(bytes) {
      Atomics.sub(numbers, PRINTED, bytes + MESSAGE_BYTES);
      Atomics.notify(numbers, PRINTED);
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
