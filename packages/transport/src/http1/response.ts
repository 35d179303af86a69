import type { OutgoingHttpHeaders } from 'node:http';
import type { HttpResponse } from '../http-message.ts';
import type { Http1Connection } from './connection.ts';
import { currentDate } from './date.ts';
import type { Http1Request } from './request.ts';
import { responseHead } from './write-head.ts';
import { writeTogether } from './write-together.ts';

/** A larger body is not copied behind its head: a second write costs less. */
const MAX_JOINED_BYTES = 16_384;

const NOTHING = Buffer.alloc(0);

/** An answer on its way to a connection; a class, because every request makes one. */
export class Http1Response implements HttpResponse {
  readonly #connection: Http1Connection;
  readonly #request: Http1Request;
  readonly #mayKeepAlive: boolean;
  readonly #closeListeners: (() => void)[] = [];
  #status: number | undefined;
  #keepAlive = false;
  #isChunked = false;
  /** Bytes of the body that the head has promised and that are still to come; `undefined` if it did not say. */
  #left: number | undefined;
  /** Nothing more is to be written. */
  #hasEnded = false;
  /** The kernel has all of it, or it was broken off on this side. */
  #isSettled = false;
  #isGivenUp = false;
  /** Nothing more is to come of it. */
  #isOver = false;

  constructor(connection: Http1Connection, request: Http1Request, mayKeepAlive: boolean) {
    this.#connection = connection;
    this.#request = request;
    this.#mayKeepAlive = mayKeepAlive;
  }

  get status(): number | undefined {
    return this.#status;
  }

  get isUnread(): boolean {
    return this.#isOver && this.#status !== undefined && !this.#isSettled;
  }

  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** True once nothing more is to be written. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  send(status: number, headers: OutgoingHttpHeaders, body: string | Buffer): void {
    if (this.#hasEnded) return;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const saysLength = headers['content-length'] === undefined && !isBodiless(status);
    const length = saysLength ? `content-length: ${bytes.length}\r\n` : '';
    const head = this.#head(status, headers, length, true);
    this.#hasEnded = true;
    if (!this.#hasBody(status)) this.#sendText(head);
    else if (bytes.length <= MAX_JOINED_BYTES) this.#sendText(head + bytes.toString('latin1'));
    else this.#sendLong(head, bytes);
  }

  /** A caller that still sends is answered at once: what it sends next may break off the connection. */
  #sendText(text: string): void {
    if (this.#request.isOver) writeTogether(() => this.#writeText(text));
    else this.#writeText(text);
  }

  #writeText(text: string): void {
    const { socket } = this.#connection;
    if (this.#isOver || socket.destroyed) return;
    socket.write(text, 'latin1');
    this.#finish();
  }

  #sendLong(head: string, body: Buffer): void {
    const { socket } = this.#connection;
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(body);
    socket.uncork();
    this.#finish();
  }

  start(status: number, headers: OutgoingHttpHeaders): void {
    if (this.#hasEnded) return;
    const { 'content-length': length } = headers;
    this.#left = length === undefined ? undefined : Number(length);
    const saysEnd = length !== undefined || isBodiless(status);
    // A caller of HTTP/1.0 sees the end of the body in that of the connection.
    this.#isChunked = !saysEnd && !this.#request.isOld;
    const framing = this.#isChunked ? 'transfer-encoding: chunked\r\n' : '';
    const head = this.#head(status, headers, framing, saysEnd || this.#isChunked);
    this.#connection.socket.write(head, 'latin1');
  }

  write(chunk: Buffer): boolean {
    if (this.#hasEnded || chunk.length === 0 || !this.#hasBody(this.#status)) return true;
    const goesOn = this.#isChunked ? this.#writeChunk(chunk) : this.#writePart(chunk);
    if (!goesOn) this.#connection.waitForCaller();
    return goesOn;
  }

  /** What the head did not promise would be read as the next answer. */
  #writePart(part: Buffer): boolean {
    if (this.#left !== undefined) this.#left -= part.length;
    if (this.#left === undefined || this.#left >= 0) return this.#connection.socket.write(part);
    this.destroy();
    return true;
  }

  #writeChunk(chunk: Buffer): boolean {
    const { socket } = this.#connection;
    socket.cork();
    socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
    socket.write(chunk);
    const goesOn = socket.write('\r\n', 'latin1');
    socket.uncork();
    return goesOn;
  }

  onDrain(listener: () => void): void {
    this.#connection.socket.once('drain', listener);
  }

  end(): void {
    if (this.#hasEnded) return;
    const hasBody = this.#hasBody(this.#status);
    // A caller that waits for the rest would take the next answer for it.
    if (hasBody && this.#left !== undefined && this.#left > 0) this.destroy();
    else {
      if (hasBody && this.#isChunked) this.#connection.socket.write('0\r\n\r\n', 'latin1');
      this.#finish();
    }
  }

  destroy(): void {
    if (!this.#isOver) {
      this.#isSettled = true;
      this.#isGivenUp = this.#status !== undefined;
    }
    this.#connection.socket.destroy();
  }

  onClose(listener: () => void): void {
    if (this.#isOver) listener();
    else this.#closeListeners.push(listener);
  }

  /** The connection is gone, or used for nothing more. */
  abandon(): void {
    if (this.#isOver) return;
    this.#hasEnded = true;
    this.#isOver = true;
    for (const listener of this.#closeListeners) listener();
  }

  #hasBody(status: number | undefined): boolean {
    return this.#request.method !== 'HEAD' && !isBodiless(status);
  }

  #head(status: number, headers: OutgoingHttpHeaders, framing: string, endIsKnown: boolean): string {
    const isLast = !endIsKnown || !this.#request.isOver || this.#connection.isLast;
    this.#keepAlive = this.#mayKeepAlive && !isLast;
    const ending = `${framing}date: ${currentDate()}\r\n${this.#connectionLine()}\r\n`;
    const head = responseHead(status, headers, ending);
    this.#status = status;
    return head;
  }

  #connectionLine(): string {
    if (!this.#keepAlive) return 'connection: close\r\n';
    return this.#request.isOld ? 'connection: keep-alive\r\n' : '';
  }

  #finish(): void {
    this.#hasEnded = true;
    const { socket } = this.#connection;
    if (socket.writableLength === 0) this.#close();
    else {
      this.#connection.waitForCaller();
      // Where it fails, the connection closes and tells of that.
      socket.write(NOTHING, (error) => error ?? this.#close());
    }
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isSettled = true;
    this.abandon();
    this.#connection.answered(this.#keepAlive);
  }
}

/** RFC 9110, 6.4.1. */
function isBodiless(status: number | undefined): boolean {
  return status === 204 || status === 304;
}
