import type { OutputStream } from '../messages.ts';
import type { Gauge } from './gauge.ts';
import type { ThreadLog } from './messages.ts';

/** What goes together where many prints come, and how many of them a window of time makes many. */
const MAX_TOGETHER_BYTES = 64 * 1024;
const MANY = 100;
const WINDOW_MS = 100;

/** The way of prints to the replica. */
export interface PrintLog {
  add(stream: OutputStream, requestId: string, text: Buffer): void;
  /** Sends what has been kept. */
  flush(): void;
}

/** Sends prints one by one, and together where many come: a message costs more than a line. May wait for the replica. */
export function createPrintLog(gauge: Gauge, send: (message: ThreadLog) => void): PrintLog {
  let kept: { stream: OutputStream; requestId: string; parts: Buffer[]; bytes: number } | undefined;
  let later: NodeJS.Immediate | undefined;
  let windowFrom = 0;
  let inWindow = 0;

  const isOneOfMany = () => {
    const now = performance.now();
    if (now - windowFrom > WINDOW_MS) {
      windowFrom = now;
      inWindow = 0;
    }
    inWindow += 1;
    return inWindow > MANY;
  };

  const flush = () => {
    clearImmediate(later);
    later = undefined;
    if (kept === undefined) return;
    const { stream, requestId, parts, bytes } = kept;
    kept = undefined;
    gauge.sending(bytes);
    send({ type: 'log', stream, requestId, text: Buffer.concat(parts, bytes) });
  };

  return {
    add(stream, requestId, text) {
      if (kept?.stream !== stream || kept.requestId !== requestId) flush();
      kept ??= { stream, requestId, parts: [], bytes: 0 };
      kept.parts.push(text);
      kept.bytes += text.length;
      if (!isOneOfMany() || kept.bytes >= MAX_TOGETHER_BYTES) flush();
      else later ??= setImmediate(flush);
    },
    flush,
  };
}
