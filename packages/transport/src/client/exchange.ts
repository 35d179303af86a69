import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { IncomingBody } from '../http-message.ts';

/** A request to another server. */
export interface ClientRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Without those that say where the body ends. */
  readonly headers: OutgoingHttpHeaders;
  readonly body: OutgoingBody | null;
}

/** A body that is ready, or one that goes on while it comes from somebody else. */
export type OutgoingBody = Buffer | IncomingBody;

/** How far an exchange had come when it failed. */
export type FailureStage =
  /** There was no connection: the server has seen nothing. */
  | 'connecting'
  /** Part of the request, or all of it, was sent, and no answer has begun. */
  | 'asking'
  /** The answer has begun. */
  | 'answering';

/** Takes an answer as it comes. Nothing is called after `end`, `failed`, or an `abort`. */
export interface AnswerReader {
  start(status: number, headers: IncomingHttpHeaders): void;
  /** The chunk is the reader's from here on. */
  data(chunk: Buffer): void;
  end(): void;
  failed(error: Error, stage: FailureStage): void;
}

/** A request that is on its way. */
export interface Exchange {
  /** Gives it up; its connection is closed. */
  abort(): void;
  /** Hands out no more of the body until `resume`; that it has ended may still be told. */
  pause(): void;
  resume(): void;
}
