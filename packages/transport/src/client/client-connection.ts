import { connect, type Socket } from 'node:net';
import type { IncomingBody } from '../http-message.ts';
import { type BodyDecoder, createBodyDecoder } from '../http1/body-decoder.ts';
import { HttpProblem } from '../http1/problems.ts';
import { headerLines } from '../http1/write-head.ts';
import type { ClientOptions } from './client.ts';
import type { AnswerReader, ClientRequest, Exchange, FailureStage } from './exchange.ts';
import { parseResponseHead } from './response-head.ts';

/** What a connection needs of the client that it belongs to. */
export interface ConnectionOwner {
  readonly options: ClientOptions;
  /** The connection can carry another request. */
  free(connection: ClientConnection): void;
  /** The connection is closed. */
  gone(connection: ClientConnection): void;
}

/** A larger body is not copied behind its head: a second write costs less. */
const MAX_JOINED_BYTES = 16_384;

/** More before the body of an answer is none of ours. */
const MAX_HEAD_BYTES = 65_536;

const HEAD_END = Buffer.from('\r\n\r\n', 'latin1');
const NOTHING = Buffer.alloc(0);

/** One connection to a server, which carries one exchange at a time. It is itself the exchange that it carries. */
export class ClientConnection implements Exchange {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  #isConnected = false;
  #deadline: number;
  #pending: Buffer = NOTHING;
  #request: ClientRequest | undefined;
  #reader: AnswerReader | undefined;
  #decoder: BodyDecoder | undefined;
  /** True where the body of the answer ends with the connection. */
  #endsWithConnection = false;
  #hasBegun = false;
  #hasSent = false;
  #keepAlive = false;
  #isPaused = false;

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
    const { host, port, connectTimeoutMs } = owner.options;
    this.#deadline = performance.now() + connectTimeoutMs;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on('connect', () => {
      this.#isConnected = true;
      this.#deadline = Number.POSITIVE_INFINITY;
    });
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('end', () => this.#end());
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#close());
  }

  /** Sends a request over a connection that is free. */
  begin(request: ClientRequest, reader: AnswerReader): Exchange {
    this.#request = request;
    this.#reader = reader;
    this.#decoder = undefined;
    this.#endsWithConnection = false;
    this.#hasBegun = false;
    this.#hasSent = false;
    if (this.#isConnected) this.#deadline = Number.POSITIVE_INFINITY;
    this.#send(request);
    return this;
  }

  abort(): void {
    this.#reader = undefined;
    this.destroy();
  }

  pause(): void {
    this.#isPaused = true;
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
    this.#pump();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends what is over its time; to be called now and then. */
  expire(now: number): void {
    if (now < this.#deadline) return;
    this.#fail(new Error(this.#isConnected ? 'The answer stopped in the middle.' : 'No connection in time.'));
  }

  #send({ method, path, headers, body }: ClientRequest): void {
    const { host, port } = this.#owner.options;
    const head = `${method} ${path} HTTP/1.1\r\nhost: ${host.includes(':') ? `[${host}]` : host}:${port}\r\n${headerLines(headers)}`;
    this.#hasSent = body === null || Buffer.isBuffer(body);
    if (body === null) this.#write(`${head}\r\n`);
    else if (Buffer.isBuffer(body)) this.#sendWhole(`${head}content-length: ${body.length}\r\n\r\n`, body);
    else this.#sendFlowing(head, body);
  }

  #write(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  #sendWhole(head: string, body: Buffer): void {
    if (body.length <= MAX_JOINED_BYTES) this.#write(head + body.toString('latin1'));
    else {
      this.#socket.cork();
      this.#write(head);
      this.#socket.write(body);
      this.#socket.uncork();
    }
  }

  #sendFlowing(head: string, body: IncomingBody): void {
    const exchange = this.#reader;
    const isChunked = body.length === undefined;
    this.#write(
      `${head}${isChunked ? 'transfer-encoding: chunked' : `content-length: ${body.length}`}\r\n\r\n`,
    );
    body.read({
      data: (chunk) => {
        if (this.#socket.destroyed || this.#put(chunk, isChunked)) return;
        body.pause();
        this.#socket.once('drain', () => body.resume());
      },
      end: () => {
        if (isChunked) this.#write('0\r\n\r\n');
        this.#hasSent = true;
      },
      broken: () => {
        if (this.#reader === exchange) this.#fail(new Error('The body of the request ended too early.'));
      },
    });
  }

  #put(chunk: Buffer, isChunked: boolean): boolean {
    if (!isChunked) return this.#socket.write(chunk);
    this.#socket.cork();
    this.#write(`${chunk.length.toString(16)}\r\n`);
    this.#socket.write(chunk);
    const goesOn = this.#socket.write('\r\n', 'latin1');
    this.#socket.uncork();
    return goesOn;
  }

  #take(chunk: Buffer): void {
    // An answer that nobody asked for would be taken for that to the next request.
    if (this.#reader === undefined) this.destroy();
    else {
      this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
      this.#pump();
    }
  }

  #pump(): void {
    try {
      while (this.#reader !== undefined && !this.#isPaused) {
        if (!(this.#hasBegun ? this.#pumpBody() : this.#pumpHead())) return;
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #pumpHead(): boolean {
    const end = this.#pending.indexOf(HEAD_END);
    if (end < 0) {
      if (this.#pending.length > MAX_HEAD_BYTES) throw new Error('The head of the answer has no end.');
      return false;
    }
    const head = parseResponseHead(this.#pending.toString('latin1', 0, end), this.#request?.method ?? '');
    this.#skip(end + HEAD_END.length);
    // Answers of 1xx come before the real one; nothing here asks for them.
    if (head.status < 200) return true;
    this.#hasBegun = true;
    this.#keepAlive = head.keepAlive;
    this.#endsWithConnection = head.framing === undefined;
    this.#decoder = createBodyDecoder(head.framing ?? Number.POSITIVE_INFINITY);
    this.#reader?.start(head.status, head.headers);
    return true;
  }

  #pumpBody(): boolean {
    const decoder = this.#decoder;
    if (decoder === undefined) return false;
    const part = decoder.next(this.#pending, 0);
    if (part instanceof HttpProblem) throw new Error('The answer is not valid HTTP/1.1.');
    this.#skip(part.offset);
    if (part.chunk !== undefined) this.#reader?.data(part.chunk);
    if (decoder.isOver) this.#finish();
    else if (part.chunk === undefined) {
      this.#deadline = performance.now() + this.#owner.options.stallTimeoutMs;
      return false;
    }
    return true;
  }

  /** The answer is whole. A connection whose request was not sent in full, or that holds more, is of no more use. */
  #finish(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (this.#keepAlive && this.#hasSent && this.#pending.length === 0) {
      this.#deadline = performance.now() + this.#owner.options.idleTimeoutMs;
      this.#owner.free(this);
    } else this.destroy();
    reader?.end();
  }

  #skip(length: number): void {
    this.#pending = length === this.#pending.length ? NOTHING : this.#pending.subarray(length);
  }

  #end(): void {
    if (this.#hasBegun && this.#endsWithConnection && this.#reader !== undefined) this.#finish();
    else this.#fail(new Error('The server closed the connection.'));
  }

  #fail(error: Error): void {
    const reader = this.#reader;
    this.#reader = undefined;
    this.destroy();
    reader?.failed(error, this.#stage());
  }

  #stage(): FailureStage {
    if (!this.#isConnected) return 'connecting';
    return this.#hasBegun ? 'answering' : 'asking';
  }

  #close(): void {
    this.#fail(new Error('The connection is closed.'));
    this.#owner.gone(this);
  }
}
