import type { OutgoingHttpHeaders } from 'node:http';
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { HttpResponse } from '../http-message.ts';
import { isUnread } from './is-unread.ts';

/** Headers about one connection, which HTTP/2 does not know (RFC 9113, 8.2.2). */
const OF_CONNECTIONS = ['connection', 'keep-alive', 'transfer-encoding'];

/** An answer on its way to a stream. */
export class Http2Response implements HttpResponse {
  readonly #stream: ServerHttp2Stream;
  readonly #isHead: boolean;
  #status: number | undefined;
  /** True if it was broken off on this side. */
  #isGivenUp = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream;
    this.#isHead = headers[':method'] === 'HEAD';
  }

  get status(): number | undefined {
    return this.#status;
  }

  get isUnread(): boolean {
    return this.#status !== undefined && !this.#isGivenUp && isUnread(this.#stream);
  }

  get isGivenUp(): boolean {
    return this.#status !== undefined && this.#isGivenUp;
  }

  send(status: number, headers: OutgoingHttpHeaders, body: string | Buffer): void {
    this.start(status, { 'content-length': Buffer.byteLength(body), ...headers });
    if (this.#stream.writable && !this.#isHead) this.#stream.end(body);
    this.#leave();
  }

  start(status: number, headers: OutgoingHttpHeaders): void {
    if (this.#stream.destroyed || this.#status !== undefined) return;
    this.#status = status;
    const fields: OutgoingHttpHeaders = { ':status': status, ...headers };
    for (const name of OF_CONNECTIONS) delete fields[name];
    this.#stream.respond(fields, { endStream: this.#isHead });
  }

  write(chunk: Buffer): boolean {
    return !this.#stream.writable || this.#isHead || this.#stream.write(chunk);
  }

  onDrain(listener: () => void): void {
    this.#stream.once('drain', listener);
  }

  end(): void {
    if (this.#stream.writable) this.#stream.end();
    this.#leave();
  }

  destroy(): void {
    if (this.#stream.closed) return;
    this.#isGivenUp = true;
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  onClose(listener: () => void): void {
    if (this.#stream.closed) listener();
    else this.#stream.once('close', listener);
  }

  /** An answer may come before the body was read; the caller need not send the rest (RFC 9113, 8.1). */
  #leave(): void {
    if (this.#stream.readableEnded || this.#stream.endAfterHeaders) return;
    this.#stream.once('finish', () => {
      if (!this.#stream.readableEnded && !this.#stream.closed) this.#stream.close(constants.NGHTTP2_NO_ERROR);
    });
  }
}
