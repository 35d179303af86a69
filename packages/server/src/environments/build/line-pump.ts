import type { OperationReport } from '../../operations/operation-context.ts';

/** Reports that wait to be noted: each takes a write to disk, and a tool may print faster. */
const MOST_WAITING = 500;

/** Takes reports at once and hands them on one after the other. */
export interface LinePump {
  put(report: OperationReport): void;
  /** Returns when all is handed on. Throws what `report` threw. */
  drain(): Promise<void>;
}

/** A pump into `report`. What is more than can wait is left out, and that is told in its place. */
export function createLinePump(report: (report: OperationReport) => Promise<void>): LinePump {
  const waiting: OperationReport[] = [];
  let leftOut = 0;
  let failure: { readonly thrown: unknown } | undefined;
  let pumping: Promise<void> | undefined;

  async function pump(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await report(next);
      if (leftOut > 0 && waiting.length === 0) {
        waiting.push({ message: `${leftOut} lines came too fast to be noted.`, level: 'warn' });
        leftOut = 0;
      }
    }
  }

  return {
    put(next) {
      if (waiting.length >= MOST_WAITING) leftOut += 1;
      else waiting.push(next);
      pumping ??= pump()
        .catch((thrown: unknown) => {
          failure ??= { thrown };
        })
        .finally(() => {
          pumping = undefined;
        });
    },
    async drain() {
      while (pumping !== undefined) await pumping;
      if (failure !== undefined) throw failure.thrown;
    },
  };
}
