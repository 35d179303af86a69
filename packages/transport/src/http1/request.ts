import type { IncomingHttpHeaders } from 'node:http';
import type { BodyReader, HttpRequest, IncomingBody } from '../http-message.ts';
import type { BodyDecoder } from './body-decoder.ts';
import type { Http1Connection } from './connection.ts';
import type { RequestHead } from './request-head.ts';

/** A request and its body; a class, because every request makes one. */
export class Http1Request implements HttpRequest, IncomingBody {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly version = 1;
  readonly isOld: boolean;
  readonly length: number | undefined;
  readonly decoder: BodyDecoder;
  readonly #connection: Http1Connection;
  #reader: BodyReader | undefined;
  #isOver: boolean;
  #isPaused = false;
  #isBroken = false;

  constructor(connection: Http1Connection, head: RequestHead, decoder: BodyDecoder) {
    this.#connection = connection;
    this.method = head.method;
    this.url = head.url;
    this.headers = head.headers;
    this.isOld = head.isOld;
    this.length = head.framing === 'chunked' ? undefined : head.framing;
    this.decoder = decoder;
    this.#isOver = decoder.isOver;
  }

  get remoteAddress(): string | undefined {
    return this.#connection.socket.remoteAddress;
  }

  get body(): IncomingBody {
    return this;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** True if the next part of the body would be taken. */
  get wantsBody(): boolean {
    return this.#reader !== undefined && !this.#isPaused;
  }

  read(reader: BodyReader): void {
    this.#reader = reader;
    if (this.#isOver) reader.end();
    else if (this.#isBroken) reader.broken();
    else {
      if (this.headers.expect?.toLowerCase() === '100-continue') this.#invite();
      this.#connection.continueBody();
    }
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#connection.continueBody();
  }

  /** Hands out a part; the connection calls it when somebody reads. */
  deliver(chunk: Buffer | undefined): void {
    const isLast = this.decoder.isOver;
    if (chunk !== undefined) this.#reader?.data(chunk);
    if (!isLast) return;
    this.#isOver = true;
    this.#reader?.end();
  }

  /** No more will come. */
  break(): void {
    if (this.#isOver || this.#isBroken) return;
    this.#isBroken = true;
    this.#reader?.broken();
  }

  #invite(): void {
    this.#connection.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }
}
