import type { Log } from '../data-plane/log.ts';
import type { OutputStream } from './messages.ts';

/** Where the output of scripts goes: the service's log, and never more than it can take. */
export interface OutputLog {
  /** Logs what was printed, under the request that ran. */
  write(stream: OutputStream, requestId: string, text: Buffer): void;
  /** True while what is printed is thrown away; then it need not be looked at, only counted by `lose`. */
  readonly isFull: boolean;
  lose(bytes: number): void;
  /** Tells of losses that were not told yet. */
  close(): void;
}

/** Bytes a second that a replica's log takes of its script, and what it takes at once after a silence. */
const BYTES_PER_SECOND = 256 * 1024;
const BURST_BYTES = 1024 * 1024;

/** What a line costs beside its text. */
const LINE_BYTES = 256;

/** Losses are told together, so often. */
const TELL_EVERY_MS = 1_000;

/** A log that loses what is too much, and says how much that was. */
export function createOutputLog(log: Log, now: () => number = () => performance.now()): OutputLog {
  let allowance = BURST_BYTES;
  let refilledAt = now();
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;

  const refill = () => {
    const time = now();
    allowance = Math.min(BURST_BYTES, allowance + ((time - refilledAt) / 1000) * BYTES_PER_SECOND);
    refilledAt = time;
  };
  const tell = () => {
    clearTimeout(timer);
    timer = undefined;
    if (lost === 0) return;
    log.warn(
      { lostBytes: lost },
      `The script printed more than ${BYTES_PER_SECOND} bytes a second; ${lost} bytes of it are not in the log. Print less, or write it to a file.`,
    );
    lost = 0;
  };
  const lose = (bytes: number) => {
    lost += bytes;
    timer ??= setTimeout(tell, TELL_EVERY_MS).unref();
  };

  return {
    get isFull() {
      refill();
      return allowance < LINE_BYTES;
    },
    lose,
    write(stream, requestId, text) {
      refill();
      if (allowance < LINE_BYTES) return lose(text.length);
      allowance -= text.length + LINE_BYTES;
      log.info({ request: requestId, stream }, text.toString().replace(/\n$/, ''));
    },
    close: tell,
  };
}
