import type { OutgoingHttpHeaders } from 'node:http';
import type { HttpResponse } from '../http-message.ts';
import type { Http1Connection } from './connection.ts';
import { currentDate } from './date.ts';
import type { Http1Request } from './request.ts';
import { responseHead } from './write-head.ts';

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
  /** Nothing more is to be written. */
  #hasEnded = false;
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

  send(status: number, headers: OutgoingHttpHeaders, body: string | Buffer): void {
    if (this.#hasEnded) return;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const length = headers['content-length'] === undefined ? `content-length: ${bytes.length}\r\n` : '';
    const head = this.#head(status, headers, length, true);
    const { socket } = this.#connection;
    if (this.#request.method === 'HEAD') socket.write(head, 'latin1');
    else if (bytes.length <= MAX_JOINED_BYTES) socket.write(head + bytes.toString('latin1'), 'latin1');
    else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(bytes);
      socket.uncork();
    }
    this.#finish();
  }

  start(status: number, headers: OutgoingHttpHeaders): void {
    if (this.#hasEnded) return;
    const hasLength = headers['content-length'] !== undefined;
    // A caller of HTTP/1.0 sees the end of the body in that of the connection.
    this.#isChunked = !hasLength && !this.#request.isOld;
    const framing = this.#isChunked ? 'transfer-encoding: chunked\r\n' : '';
    const head = this.#head(status, headers, framing, hasLength || this.#isChunked);
    this.#connection.socket.write(head, 'latin1');
  }

  write(chunk: Buffer): boolean {
    if (this.#hasEnded || this.#request.method === 'HEAD' || chunk.length === 0) return true;
    const { socket } = this.#connection;
    if (!this.#isChunked) return socket.write(chunk);
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
    if (this.#isChunked && this.#request.method !== 'HEAD') {
      this.#connection.socket.write('0\r\n\r\n', 'latin1');
    }
    this.#finish();
  }

  destroy(): void {
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
      socket.write(NOTHING, () => this.#close());
    }
  }

  #close(): void {
    if (this.#isOver) return;
    this.abandon();
    this.#connection.answered(this.#keepAlive);
  }
}
