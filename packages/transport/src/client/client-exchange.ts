import { isToken } from '../http1/fields.ts';
import { headerLines } from '../http1/write-head.ts';
import type { ClientOptions } from './client.ts';
import type { AnswerReader, ClientRequest, Exchange } from './exchange.ts';

/**
 * A request with the reader of its answer. Whoever carries it, the queue and then a connection, is let go of when it is
 * over: from then on the exchange can do nothing to the next one on the same connection.
 */
export class ClientExchange implements Exchange {
  readonly request: ClientRequest;
  readonly reader: AnswerReader;
  /** The first lines of the request, without those that say where its body ends. */
  readonly head: string;
  #carrier: Exchange | undefined;

  /** Throws a `TypeError` if the request cannot be written. */
  constructor(options: ClientOptions, request: ClientRequest, reader: AnswerReader) {
    this.head = requestHead(options, request);
    this.request = request;
    this.reader = reader;
  }

  carriedBy(carrier: Exchange | undefined): void {
    this.#carrier = carrier;
  }

  abort(): void {
    this.#carrier?.abort();
  }

  pause(): void {
    this.#carrier?.pause();
  }

  resume(): void {
    this.#carrier?.resume();
  }
}

/** RFC 9112, 3.2: nothing of a target may end its line. */
const TARGET = /^[!-~]+$/;

function requestHead({ host, port }: ClientOptions, { method, path, headers }: ClientRequest): string {
  if (!isToken(method) || !TARGET.test(path)) throw new TypeError('The method or path cannot be written.');
  const name = host.includes(':') ? `[${host}]` : host;
  return `${method} ${path} HTTP/1.1\r\nhost: ${name}:${port}\r\n${headerLines(headers)}`;
}
