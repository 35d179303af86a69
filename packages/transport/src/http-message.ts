import type { IncomingHttpHeaders, OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** What a request of HTTP/1.1 (`node:http`) and of HTTP/2 (`node:http2`) have in common. */
export interface HttpRequest extends Readable {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly httpVersionMajor: number;
  /** True once the whole body has arrived. */
  readonly complete: boolean;
  readonly socket: Socket;
  /** Of HTTP/2 only; the code is set once the stream is closed, 0 or none if in good order. */
  readonly stream?: { readonly rstCode?: number | undefined } | undefined;
}

/** What a response of HTTP/1.1 and of HTTP/2 have in common. */
export interface HttpResponse extends Writable {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: number | string | readonly string[]): unknown;
  hasHeader(name: string): boolean;
  writeHead(status: number, headers?: OutgoingHttpHeaders | OutgoingHttpHeader[]): unknown;
  writeContinue(): void;
}

/** Answers one request. A rejection or a throw becomes a 500 and is reported as a defect. */
export type HttpHandler = (request: HttpRequest, response: HttpResponse) => void | Promise<void>;
