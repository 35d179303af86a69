import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** A request whose head has arrived, by HTTP/1.1 or HTTP/2. */
export interface HttpRequest {
  readonly method: string;
  /** The target as it was sent: path and query. */
  readonly url: string;
  /** Names in lower case; over HTTP/2 also the pseudo-headers, which begin with a colon. */
  readonly headers: IncomingHttpHeaders;
  readonly version: 1 | 2;
  readonly remoteAddress: string | undefined;
  readonly body: IncomingBody;
}

/** The body of a message, which comes while it is read. What nobody reads stays with its sender. */
export interface IncomingBody {
  /** Its bytes: 0 where there is none, `undefined` where only its end will tell. */
  readonly length: number | undefined;
  /** True once all of it has been handed out. */
  readonly isOver: boolean;
  /** Hands out what is there at once, and the rest as it comes. Invites a body that waits for that. To be called once. */
  read(reader: BodyReader): void;
  /** Hands out no more until `resume`, the end included. */
  pause(): void;
  resume(): void;
}

/** Takes a body; after `end` or `broken` nothing more is called. */
export interface BodyReader {
  /** The chunk is the reader's from here on. */
  data(chunk: Buffer): void;
  end(): void;
  /** The sender has gone, or gave the message up, before its end. */
  broken(): void;
}

/** The answer to one request: either `send`, or `start`, any number of `write`, and `end`. */
export interface HttpResponse {
  /** The status that was sent; `undefined` until then. */
  readonly status: number | undefined;
  /**
   * True if its caller left, or took nothing of it for too long, after it had begun and before all of it was sent. Known
   * when `onClose` calls back.
   */
  readonly isUnread: boolean;
  /** True if it was given up with `destroy` after it had begun: its caller has half of it. */
  readonly isGivenUp: boolean;
  /**
   * Sends an answer whose body is ready, with its length unless the headers have one already. The body is left out where
   * the method is HEAD.
   */
  send(status: number, headers: OutgoingHttpHeaders, body: string | Buffer): void;
  start(status: number, headers: OutgoingHttpHeaders): void;
  /** False if the caller is behind: better wait for `onDrain`. */
  write(chunk: Buffer): boolean;
  /** Calls back once, when the caller has caught up. */
  onDrain(listener: () => void): void;
  end(): void;
  /** Gives up: the caller sees its request end without an answer, or with half of one. */
  destroy(): void;
  /** Calls back once, when all has been sent or nothing more can be. */
  onClose(listener: () => void): void;
}

/** Answers one request. A rejection or a throw becomes a 500 and is reported as a defect. */
export type HttpHandler = (request: HttpRequest, response: HttpResponse) => void | Promise<void>;
