import type { Duplex } from 'node:stream';
import type { TransportLimits } from '../limits.ts';
import { createBodyDecoder } from './body-decoder.ts';
import { HEAD_TOO_LARGE, HttpProblem, INCOMPLETE, problemBytes, TOO_SLOW } from './problems.ts';
import { Http1Request } from './request.ts';
import { parseRequestHead, type RequestHead } from './request-head.ts';
import { Http1Response } from './response.ts';

/** The bytes of a connection: a socket in clear or over TLS. One whose two sides have ended closes by itself. */
export interface CallerSocket extends Duplex {
  readonly remoteAddress?: string | undefined;
}

/** What a connection needs of the server that it belongs to. */
export interface ConnectionHost {
  readonly limits: TransportLimits;
  /** True once no connection is to be used again. */
  readonly isClosing: boolean;
  serve(request: Http1Request, response: Http1Response): void;
}

/** How long a caller may take to read its last answer, while what it still sends is thrown away. */
const LINGER_MS = 2_000;

const HEAD_END = Buffer.from('\r\n\r\n', 'latin1');
const NOTHING = Buffer.alloc(0);
const [LF, CR] = [0x0a, 0x0d];

/**
 * What the next bytes are: the head of a request; the body of the one that runs; those of a later one, not looked at
 * before the answer is sent; or of no interest, because the connection is about to end.
 */
type Phase = 'head' | 'body' | 'answer' | 'ending';

/**
 * One connection of a caller: request after request, each answered before the next is looked at. Bytes that nobody
 * wants yet wait in the kernel, so that a caller cannot make this side hold more than one read of them.
 */
export class Http1Connection {
  readonly socket: CallerSocket;
  readonly #host: ConnectionHost;
  #phase: Phase = 'head';
  #pending: Buffer = NOTHING;
  /** Of `#pending`, what has been searched for the end of a head. */
  #searched = 0;
  /** On the clock of `performance.now()`. */
  #deadline: number;
  #request: Http1Request | undefined;
  #response: Http1Response | undefined;
  #isPumping = false;
  /** True while nothing of a next request has come. */
  #isIdle = false;
  /** True once the caller has said that it sends nothing more. */
  #hasEnded = false;

  /** Serves a connection whose first bytes have come. */
  constructor(socket: CallerSocket, first: Buffer, host: ConnectionHost) {
    this.socket = socket;
    this.#host = host;
    this.#deadline = performance.now() + host.limits.headerTimeoutMs;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => this.#end());
    socket.on('drain', () => this.#caughtUp());
    // What broke shows in 'close'; without a listener it would be thrown.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#abandon());
    if (first.length > 0) this.#take(first);
  }

  /** True if the caller must be told that the connection ends with the answer. */
  get isLast(): boolean {
    return this.#host.isClosing || (this.#hasEnded && this.#pending.length === 0);
  }

  /** Ends what is over its time; to be called now and then. */
  expire(now: number): void {
    if (now < this.#deadline) return;
    const hasAsked = this.#phase === 'body' || (this.#phase === 'head' && this.#pending.length > 0);
    if (hasAsked) this.#refuse(TOO_SLOW);
    else this.socket.destroy();
  }

  /** Closes now if nothing runs. What runs asks `isLast` when it is answered. */
  closeIfIdle(): void {
    if (this.#phase === 'head') this.socket.destroy();
  }

  /** Called by the request when somebody begins to read its body, or wants more of it. */
  continueBody(): void {
    this.#pumpBody();
    this.#pump();
  }

  /** Called by the request before its body is read: a caller that waits for a word is told to send it. */
  inviteBody(): void {
    const isInvited = this.#pending.length > 0 || this.#response?.status !== undefined;
    if (!isInvited) this.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
  }

  /** Called by the response when it waits for the caller to read. */
  waitForCaller(): void {
    this.#deadline = performance.now() + this.#host.limits.unreadTimeoutMs;
  }

  /** Called by the response when the kernel has all of it. */
  answered(keepAlive: boolean): void {
    this.#request = undefined;
    this.#response = undefined;
    if (keepAlive && this.#phase === 'answer') this.#goOn();
    else this.#leave();
  }

  /** Waits for the next request, or serves it if it is there already. */
  #goOn(): void {
    this.#phase = 'head';
    const { headerTimeoutMs, keepAliveTimeoutMs } = this.#host.limits;
    this.#isIdle = this.#pending.length === 0;
    this.#deadline = performance.now() + (this.#isIdle ? keepAliveTimeoutMs : headerTimeoutMs);
    this.#pump();
  }

  #take(chunk: Buffer): void {
    if (this.#phase === 'ending') return;
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    if (this.#isIdle) {
      this.#isIdle = false;
      this.#deadline = performance.now() + this.#host.limits.headerTimeoutMs;
    }
    this.#pump();
  }

  /** Goes on with what has come; what is called on the way may call this again. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#phase === 'head' ? this.#pumpHead() : this.#pumpBody());
    this.#isPumping = false;
    if (this.#hasEnded) this.#settleEnd();
    this.#holdBack();
  }

  /** Serves the request whose head is there. True if there may be more to do. */
  #pumpHead(): boolean {
    const start = startOf(this.#pending);
    const end = this.#pending.indexOf(HEAD_END, Math.max(start, this.#searched - HEAD_END.length));
    const size = (end < 0 ? this.#pending.length : end) - start;
    if (size > this.#host.limits.maxHeaderBytes) {
      this.#refuse(HEAD_TOO_LARGE);
      return false;
    }
    if (end < 0) {
      this.#pending = this.#pending.subarray(start);
      this.#searched = this.#pending.length;
      return false;
    }
    const head = parseRequestHead(this.#pending.toString('latin1', start, end));
    this.#skip(end + HEAD_END.length);
    if (head instanceof HttpProblem) this.#refuse(head);
    else this.#serve(head);
    return true;
  }

  #serve(head: RequestHead): void {
    const decoder = createBodyDecoder(head.framing);
    const request = new Http1Request(this, head, decoder);
    const response = new Http1Response(this, request, head.keepAlive);
    this.#request = request;
    this.#response = response;
    if (decoder.isOver) this.#bodyIsOver();
    else {
      this.#phase = 'body';
      this.#deadline = performance.now() + this.#host.limits.requestTimeoutMs;
    }
    this.#host.serve(request, response);
  }

  /** Hands out the body that is there, if it is wanted. True if the request is answered and there may be another. */
  #pumpBody(): boolean {
    const request = this.#request;
    // Its end may have been answered, and the next request begun, before the last call returns here.
    while (
      this.#phase === 'body' &&
      request !== undefined &&
      request === this.#request &&
      request.wantsBody
    ) {
      const part = request.decoder.next(this.#pending, 0);
      if (part instanceof HttpProblem) {
        this.#refuse(part);
        return false;
      }
      this.#skip(part.offset);
      if (request.decoder.isOver) this.#bodyIsOver();
      else if (part.chunk === undefined) return false;
      request.deliver(part.chunk);
    }
    return this.#phase === 'head';
  }

  #bodyIsOver(): void {
    this.#phase = 'answer';
    if (this.#response?.status === undefined || !this.socket.writableNeedDrain) this.#caughtUp();
    else this.waitForCaller();
  }

  /** How long an answer takes is the handler's to limit, unless it waits for the caller. */
  #caughtUp(): void {
    if (this.#phase === 'answer') this.#deadline = Number.POSITIVE_INFINITY;
  }

  #holdBack(): void {
    const isWanted = this.#phase !== 'answer' && this.#request?.wantsBody !== false;
    if (isWanted || this.#pending.length === 0) {
      if (this.socket.isPaused()) this.socket.resume();
    } else this.socket.pause();
  }

  #skip(length: number): void {
    this.#pending = length === this.#pending.length ? NOTHING : this.#pending.subarray(length);
    this.#searched = 0;
  }

  /** Tells the caller what is wrong and ends, unless an answer has begun: then there is no room for another. */
  #refuse(problem: HttpProblem): void {
    if (this.#response?.status !== undefined) this.socket.destroy();
    else {
      this.socket.write(problemBytes(problem), 'latin1');
      this.#leave();
    }
    this.#abandon();
  }

  /**
   * Ends this side. Closing while the caller still sends would reset the connection and could take the answer with it,
   * so what comes within a short time is thrown away first.
   */
  #leave(): void {
    this.#phase = 'ending';
    this.#pending = NOTHING;
    this.#deadline = performance.now() + LINGER_MS;
    this.socket.end();
    this.socket.resume();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#pump();
  }

  /**
   * The caller sends nothing more. What it left unfinished is refused. Where it would only have to wait, it has gone:
   * one that gives up closes its connection, and this is all that is seen of it.
   */
  #settleEnd(): void {
    switch (this.#phase) {
      case 'head':
        if (this.#pending.length > 0) this.#refuse(INCOMPLETE);
        else this.#leave();
        break;
      case 'body':
        if (this.#request?.wantsBody) this.#refuse(INCOMPLETE);
        break;
      case 'answer':
        if (this.#pending.length === 0 && !this.#response?.hasEnded) this.socket.destroy();
        break;
      case 'ending':
        break;
    }
  }

  #abandon(): void {
    const [request, response] = [this.#request, this.#response];
    this.#phase = 'ending';
    this.#request = undefined;
    this.#response = undefined;
    // First the response, so that nothing is written for a body that breaks.
    response?.abandon();
    request?.break();
  }
}

/** RFC 9112, 2.2: empty lines before a request are passed over. */
function startOf(bytes: Buffer): number {
  let start = 0;
  while (bytes[start] === CR && bytes[start + 1] === LF) start += 2;
  return start;
}
