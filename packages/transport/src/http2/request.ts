import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { BodyReader, HttpRequest, IncomingBody } from '../http-message.ts';

/** A request and its body. */
export class Http2Request implements HttpRequest, IncomingBody {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly version = 2;
  readonly length: number | undefined;
  readonly #stream: ServerHttp2Stream;
  #reader: BodyReader | undefined;
  #isOver: boolean;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream;
    this.method = headers[':method'] ?? '';
    this.url = headers[':path'] ?? '';
    this.headers = headers;
    this.#isOver = stream.endAfterHeaders;
    const length = headers['content-length'];
    this.length = this.#isOver ? 0 : length === undefined ? undefined : Number(length);
    // What broke shows in 'close'; without a listener it would be thrown.
    stream.on('error', ignore);
  }

  get remoteAddress(): string | undefined {
    return this.#stream.session?.socket.remoteAddress;
  }

  get body(): IncomingBody {
    return this;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  read(reader: BodyReader): void {
    this.#reader = reader;
    if (this.#isOver) this.#finish('end');
    else if (this.#stream.destroyed) this.#finish('broken');
    else this.#listen();
  }

  #listen(): void {
    if (this.headers.expect?.toLowerCase() === '100-continue') {
      this.#stream.additionalHeaders({ ':status': 100 });
    }
    this.#stream.on('data', (chunk: Buffer) => this.#reader?.data(chunk));
    this.#stream.on('end', () => this.#end());
    this.#stream.on('close', () => this.#finish('broken'));
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Node ends the body of a request that was reset as if it were whole. */
  #end(): void {
    this.#isOver = this.#stream.rstCode === 0;
    this.#finish(this.#isOver ? 'end' : 'broken');
  }

  #finish(how: 'end' | 'broken'): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.[how]();
  }
}

function ignore(): void {}
