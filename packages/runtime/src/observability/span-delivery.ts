import { ExportResultCode } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Log } from '../data-plane/log.ts';
import { modelDataOf } from './model-data.ts';
import type { SpanCounts } from './tracing.ts';

/** The log is told of lost spans at most this often: while a receiver is gone, every request loses some. */
const TELL_EVERY_MS = 10_000;

/** Knows what became of every span: sent, lost, or waiting. */
export interface SpanDelivery {
  /** Sends spans, and counts what comes of it. */
  readonly exporter: SpanExporter;
  /** Whether so many more spans may wait; where not they are counted as dropped, and must not be ended. */
  admit(spans: number): boolean;
  /** Whether so many more characters of collected data may wait; where not the span goes without. */
  admitData(size: number): boolean;
  /** Tells the log that spans are lost, and how many since it was told. */
  tell(reason: string): void;
  counts(): SpanCounts;
  /** Whatever waits now is lost. */
  close(): void;
}

/** Characters of collected data that wait or are on their way. */
const MAX_WAITING_DATA = 16 * 1024 * 1024;

/** At most `maxWaiting` spans wait or are on their way. */
export function createSpanDelivery(
  exporter: SpanExporter,
  maxWaiting: number,
  log: Pick<Log, 'warn'>,
): SpanDelivery {
  const counts = { sent: 0, dropped: 0, failed: 0 };
  let told = { dropped: 0, failed: 0 };
  let toldAt = Number.NEGATIVE_INFINITY;
  let waiting = 0;
  let waitingData = 0;
  let isClosed = false;

  function settle(outcome: 'sent' | 'failed', spans: number): void {
    if (isClosed) return;
    waiting -= spans;
    counts[outcome] += spans;
  }

  function tell(reason: string): void {
    if (performance.now() - toldAt >= TELL_EVERY_MS) tellNow(reason);
  }

  function tellNow(reason: string): void {
    const { dropped, failed } = counts;
    const since = { dropped: dropped - told.dropped, failed: failed - told.failed };
    log.warn({ reason, ...since }, 'Spans could not be sent.');
    told = { dropped, failed };
    toldAt = performance.now();
  }

  return {
    exporter: {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          waitingData -= modelDataOf(spans);
          const isSent = result.code === ExportResultCode.SUCCESS;
          settle(isSent ? 'sent' : 'failed', spans.length);
          if (!isSent) tell(result.error?.message ?? 'The receiver did not take them.');
          done(result);
        }),
      forceFlush: async () => await exporter.forceFlush?.(),
      shutdown: () => exporter.shutdown(),
    },
    admit: (spans) => {
      if (waiting + spans <= maxWaiting) {
        waiting += spans;
        return true;
      }
      counts.dropped += spans;
      tell(`${waiting} spans wait already: the receiver is too slow.`);
      return false;
    },
    admitData: (size) => {
      if (waitingData + size > MAX_WAITING_DATA) return false;
      waitingData += size;
      return true;
    },
    tell,
    counts: () => counts,
    close: () => {
      settle('failed', waiting);
      isClosed = true;
      if (counts.dropped > told.dropped || counts.failed > told.failed) tellNow('The replica ends.');
    },
  };
}
