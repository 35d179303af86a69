import type { ClientHttp2Stream, ServerHttp2Stream } from 'node:http2';

/** What the caller sent is kept up to this size until the answer begins, so that another replica can be sent it. */
const MAX_REPLAYED_BYTES = 1_000_000;

/** What a caller sends, on its way to one replica after another. Frames are passed on as they are. */
export class CallBody {
  readonly #stream: ServerHttp2Stream;
  #kept: Buffer[] | undefined = [];
  #keptBytes = 0;
  #isOver = false;
  #target: ClientHttp2Stream | undefined;
  #onMore: (() => void) | undefined;
  #onEnd: (() => void) | undefined;

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    stream.on('end', () => this.#end());
  }

  /** True while all that came so far can be sent again. */
  get isReplayable(): boolean {
    return this.#kept !== undefined;
  }

  /** True once the caller has sent all that it wants to send. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What has come so far. */
  bytes(): Buffer {
    return Buffer.concat(this.#kept ?? []);
  }

  /** Calls back whenever more has come, and at the end; `undefined`: no longer. */
  onMore(listener: (() => void) | undefined): void {
    this.#onMore = listener;
  }

  /** Calls back when the caller has sent all; `undefined`: no longer. */
  onEnd(listener: (() => void) | undefined): void {
    if (this.#isOver) listener?.();
    else this.#onEnd = listener;
  }

  /** Sends what has come, and what comes, as fast as the replica takes it. */
  sendTo(target: ClientHttp2Stream): void {
    this.#target = target;
    let hasRoom = true;
    for (const chunk of this.#kept ?? []) hasRoom = target.write(chunk);
    if (this.#isOver) target.end();
    else if (!hasRoom) this.#waitFor(target);
    else this.#stream.resume();
  }

  /** The replica has failed: what comes is for the next one. */
  detach(): void {
    this.#target = undefined;
  }

  /** The answer has begun: nothing will be sent again. */
  forget(): void {
    this.#kept = undefined;
  }

  #take(chunk: Buffer): void {
    this.#keep(chunk);
    const target = this.#target;
    if (target?.writable && !target.write(chunk)) this.#waitFor(target);
    this.#onMore?.();
  }

  #keep(chunk: Buffer): void {
    if (this.#kept === undefined) return;
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    if (this.#keptBytes <= MAX_REPLAYED_BYTES) return;
    if (this.#target !== undefined) this.#kept = undefined;
    else this.#stream.pause();
  }

  #waitFor(target: ClientHttp2Stream): void {
    this.#stream.pause();
    const goOn = () => {
      if (this.#target === target) this.#stream.resume();
    };
    target.once('drain', goOn);
  }

  /** Node ends the body of a call that was reset as if it were whole. */
  #end(): void {
    if (this.#stream.rstCode !== 0) return;
    this.#isOver = true;
    if (this.#target?.writable) this.#target.end();
    this.#onMore?.();
    this.#onEnd?.();
  }
}
