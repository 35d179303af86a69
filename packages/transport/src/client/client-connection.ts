import { connect, type Socket } from 'node:net';
import type { IncomingBody } from '../http-message.ts';
import { type BodyDecoder, createBodyDecoder } from '../http1/body-decoder.ts';
import { HttpProblem } from '../http1/problems.ts';
import type { ClientOptions } from './client.ts';
import type { ClientExchange } from './client-exchange.ts';
import type { Exchange, FailureStage } from './exchange.ts';
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

/** One connection to a server, which carries one exchange at a time. */
export class ClientConnection implements Exchange {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  #isConnected = false;
  #deadline: number;
  #pending: Buffer = NOTHING;
  #exchange: ClientExchange | undefined;
  #decoder: BodyDecoder | undefined;
  /** True where the body of the answer ends with the connection. */
  #endsWithConnection = false;
  #hasBegun = false;
  #hasSent = false;
  #keepAlive = false;
  #isPaused = false;
  #isPumping = false;
  /** True once the server has said that it sends nothing more. */
  #hasEnded = false;

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
    const { host, port, connectTimeoutMs } = owner.options;
    this.#deadline = performance.now() + connectTimeoutMs;
    // Half-open, because what the server sent before its end may not have been taken yet.
    this.#socket = connect({ host, port, noDelay: true, allowHalfOpen: true });
    this.#socket.on('connect', () => {
      this.#isConnected = true;
      this.#deadline = Number.POSITIVE_INFINITY;
    });
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('end', () => this.#end());
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#close());
  }

  /** False once it can carry nothing more, which its owner hears only later. */
  get isUsable(): boolean {
    return !this.#hasEnded && !this.#socket.destroyed;
  }

  /** Sends a request over a connection that is free. */
  begin(exchange: ClientExchange): void {
    this.#exchange = exchange;
    this.#decoder = undefined;
    this.#endsWithConnection = false;
    this.#hasBegun = false;
    if (this.#isConnected) this.#deadline = Number.POSITIVE_INFINITY;
    exchange.carriedBy(this);
    this.#send(exchange);
  }

  abort(): void {
    this.#release();
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

  #send(exchange: ClientExchange): void {
    const { head } = exchange;
    const { body } = exchange.request;
    this.#hasSent = body === null || Buffer.isBuffer(body);
    if (body === null) this.#write(`${head}\r\n`);
    else if (Buffer.isBuffer(body)) this.#sendWhole(`${head}content-length: ${body.length}\r\n\r\n`, body);
    else this.#sendFlowing(head, body, exchange);
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

  /** A connection whose answer came before the end of such a body is not used again: all that is written is this body. */
  #sendFlowing(head: string, body: IncomingBody, exchange: ClientExchange): void {
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
        if (this.#exchange === exchange) this.#fail(new Error('The body of the request ended too early.'));
      },
    });
  }

  #put(chunk: Buffer, isChunked: boolean): boolean {
    if (!isChunked || chunk.length === 0) return this.#socket.write(chunk);
    this.#socket.cork();
    this.#write(`${chunk.length.toString(16)}\r\n`);
    this.#socket.write(chunk);
    const goesOn = this.#socket.write('\r\n', 'latin1');
    this.#socket.uncork();
    return goesOn;
  }

  #take(chunk: Buffer): void {
    // An answer that nobody asked for would be taken for that to the next request.
    if (this.#exchange === undefined) this.destroy();
    else {
      this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
      this.#pump();
    }
  }

  /** Goes on with what has come; what is called on the way may call this again. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#exchange !== undefined && !this.#isPaused) {
        if (!(this.#hasBegun ? this.#pumpBody(this.#exchange) : this.#pumpHead(this.#exchange))) break;
      }
      if (this.#hasEnded && !this.#isPaused) this.#settleEnd();
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
    this.#isPumping = false;
  }

  /** True if there may be more to do. */
  #pumpHead({ request, reader }: ClientExchange): boolean {
    const end = this.#pending.indexOf(HEAD_END);
    if ((end < 0 ? this.#pending.length : end) > MAX_HEAD_BYTES) {
      throw new Error('The head of the answer is too large.');
    }
    if (end < 0) return false;
    const head = parseResponseHead(this.#pending.toString('latin1', 0, end), request.method);
    this.#skip(end + HEAD_END.length);
    // Answers of 1xx come before the real one; nothing here asks for them.
    if (head.status < 200) return true;
    this.#hasBegun = true;
    this.#keepAlive = head.keepAlive;
    this.#endsWithConnection = head.framing === undefined;
    this.#decoder = createBodyDecoder(head.framing ?? Number.POSITIVE_INFINITY);
    reader.start(head.status, head.headers);
    return true;
  }

  #pumpBody(exchange: ClientExchange): boolean {
    const decoder = this.#decoder;
    if (decoder === undefined) return false;
    const part = decoder.next(this.#pending, 0);
    if (part instanceof HttpProblem) throw new Error('The answer is not valid HTTP/1.1.');
    this.#skip(part.offset);
    if (part.chunk !== undefined) exchange.reader.data(part.chunk);
    // The reader may have given up.
    if (this.#exchange !== exchange) return false;
    if (decoder.isOver) this.#finish();
    else if (part.chunk === undefined) {
      this.#deadline = performance.now() + this.#owner.options.stallTimeoutMs;
      return false;
    }
    return true;
  }

  /** The answer is whole. A connection whose request was not sent in full, or that holds more, is of no more use. */
  #finish(): void {
    const exchange = this.#release();
    if (this.#keepAlive && this.#hasSent && this.#pending.length === 0 && this.isUsable) {
      this.#deadline = performance.now() + this.#owner.options.idleTimeoutMs;
      this.#owner.free(this);
    } else this.destroy();
    exchange?.reader.end();
  }

  /** Lets go of the exchange, and of what it held back. */
  #release(): ClientExchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.carriedBy(undefined);
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#socket.resume();
    }
    return exchange;
  }

  #skip(length: number): void {
    this.#pending = length === this.#pending.length ? NOTHING : this.#pending.subarray(length);
  }

  #end(): void {
    this.#hasEnded = true;
    this.#pump();
  }

  #settleEnd(): void {
    if (this.#hasBegun && this.#endsWithConnection && this.#exchange !== undefined) this.#finish();
    else this.#fail(new Error('The server closed the connection.'));
  }

  #fail(error: Error): void {
    const exchange = this.#release();
    this.destroy();
    exchange?.reader.failed(error, this.#stage());
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
