import { constants, type ServerHttp2Stream } from 'node:http2';

/** An answer that waits for its reader. */
interface Waiting {
  /** What was not sent when it was last looked at. */
  bytes: number;
  /** `performance.now()` when some of it was last sent, or when the wait was first seen. */
  since: number;
}

/**
 * The streams of one connection, and which of them has an answer whose caller does not read it: such a caller may
 * answer pings and send no window, so that nothing else ends the stream.
 */
export class OpenStreams {
  readonly #open = new Map<ServerHttp2Stream, Waiting | undefined>();
  /** `performance.now()` since when there has been none; `undefined`: there is one. */
  #idleSince: number | undefined = performance.now();

  add(stream: ServerHttp2Stream): void {
    this.#open.set(stream, undefined);
    this.#idleSince = undefined;
    // Not once, whose wrapper costs more than the rest of this; the event comes but once.
    stream.on('close', () => this.#remove(stream));
  }

  /** Milliseconds for which there has been no stream. */
  idleMs(now: number): number {
    return this.#idleSince === undefined ? 0 : now - this.#idleSince;
  }

  /** Resets the streams whose answers have waited for `timeoutMs` without any of it being taken; frees what they hold. */
  resetStalled(now: number, timeoutMs: number): void {
    for (const [stream, waiting] of this.#open) {
      if (!isWaiting(stream)) {
        if (waiting !== undefined) this.#open.set(stream, undefined);
      } else if (waiting === undefined) this.#startWaiting(stream, now);
      else if (waiting.bytes !== stream.writableLength) {
        waiting.bytes = stream.writableLength;
        waiting.since = now;
      } else if (now - waiting.since >= timeoutMs) stream.close(constants.NGHTTP2_CANCEL);
    }
  }

  #startWaiting(stream: ServerHttp2Stream, now: number): void {
    const waiting = { bytes: stream.writableLength, since: now };
    this.#open.set(stream, waiting);
    // As many bytes may wait at every look though others were sent between.
    stream.once('drain', () => {
      if (this.#open.get(stream) === waiting) this.#open.set(stream, undefined);
    });
  }

  #remove(stream: ServerHttp2Stream): void {
    this.#open.delete(stream);
    if (this.#open.size === 0) this.#idleSince = performance.now();
  }
}

function isWaiting(stream: ServerHttp2Stream): boolean {
  return stream.writableLength > 0 || (stream.writableEnded && !stream.writableFinished);
}
