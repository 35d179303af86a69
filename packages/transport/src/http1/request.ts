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
  /** True while the reader takes a part. */
  #isDelivering = false;

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
    return this.#reader !== undefined && !this.#isPaused && !this.#isDelivering;
  }

  read(reader: BodyReader): void {
    this.#reader = reader;
    if (this.#isOver) reader.end();
    else if (this.#isBroken) reader.broken();
    else {
      // RFC 9110, 10.1.1: a caller of HTTP/1.0 would take the invitation for the answer.
      const isWaiting = !this.isOld && this.headers.expect?.toLowerCase() === '100-continue';
      if (isWaiting) this.#connection.inviteBody();
      this.#connection.continueBody();
    }
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    if (this.decoder.isOver) this.#finish();
    else this.#connection.continueBody();
  }

  /** Hands out a part; the connection calls it when somebody reads. */
  deliver(chunk: Buffer | undefined): void {
    if (chunk !== undefined) {
      this.#isDelivering = true;
      this.#reader?.data(chunk);
      this.#isDelivering = false;
    }
    if (this.decoder.isOver) this.#finish();
  }

  /** No more will come. */
  break(): void {
    if (this.decoder.isOver || this.#isBroken) return;
    this.#isBroken = true;
    this.#reader?.broken();
  }

  #finish(): void {
    if (this.#isOver || this.#isPaused || this.#isDelivering) return;
    this.#isOver = true;
    this.#reader?.end();
  }
}
