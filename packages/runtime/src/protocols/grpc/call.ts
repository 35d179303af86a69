import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { type ErrorCode, type LoadedModel, NOT_RUN_HEADER, SlipwayError } from '@slipway/contract';
import { isUnread, type RequestIds, resolveRequestIds } from '@slipway/transport';
import type { TracedEnd } from '../../observability/tracing.ts';
import type { EncodedMessage } from '../../protobuf/writer.ts';
import { retryAfterSeconds } from '../retry-after.ts';
import type { ServiceContext } from '../service-context.ts';
import { weightsHeaders } from '../weights-header.ts';
import {
  ACCEPTED_ENCODINGS,
  accepts,
  compress,
  isWorthCompressing,
  type MessageEncoding,
} from './compression.ts';
import { writeFrame } from './frames.ts';
import { encodeGrpcMessage } from './grpc-message.ts';
import type { GrpcService } from './method.ts';
import { GRPC_STATUS, type GrpcStatus, HTTP_STATUS } from './status.ts';

/** Headers by which a caller names its call. */
const ID_HEADERS = ['x-request-id', 'x-ms-request-id', 'x-ms-client-request-id', 'traceid'] as const;

const MS_PER_SECOND = 1_000;

const GOOD: Readonly<Record<string, number>> = { 'grpc-status': GRPC_STATUS.OK };

type Statuses = Pick<GrpcService, 'statusOf'>;

/** One call, and the ways to answer it; a class, because every call makes one. Once it is over nothing more is sent. */
export class GrpcCall {
  /** `/<service>/<method>` */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly context: ServiceContext;
  readonly ids: RequestIds;
  /** `performance.now()` when its head had arrived. */
  readonly startedAt = performance.now();
  /** Says when nobody waits for the answer any more: the caller has gone, or its deadline is over. */
  readonly signal = { aborted: false };
  /** True once a model is asked: who counts that traces it too. */
  isScoring = false;
  /** The version that answers, where it is known before the answer begins; streams ask several. */
  model: LoadedModel | undefined;
  /** `performance.now()` by which the caller wants its answer. */
  readonly #deadline: number | undefined;
  readonly #stream: ServerHttp2Stream;
  readonly #statuses: Statuses;
  #timer: NodeJS.Timeout | undefined;
  #trailers: Readonly<Record<string, string | number>> = GOOD;
  #encoding: MessageEncoding | undefined;
  #isOver = false;

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    statuses: Statuses,
    timeoutMs: number | undefined,
    context: ServiceContext,
  ) {
    this.path = headers[':path'] ?? '';
    this.headers = headers;
    this.context = context;
    this.ids = resolveRequestIds(headers, context.newId);
    this.#stream = stream;
    this.#statuses = statuses;
    this.#deadline = timeoutMs === undefined ? undefined : this.startedAt + timeoutMs;
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.expire(), timeoutMs);
    // Not once: taking a listener off costs as much as the call's clock, and this event comes but once.
    stream.on('close', () => this.#closed());
  }

  /** True once its status is known, or the caller has gone. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Milliseconds until the deadline; `undefined`: the caller set none. */
  timeLeft(): number | undefined {
    return this.#deadline === undefined ? undefined : Math.max(0, this.#deadline - performance.now());
  }

  /** Ends the call because its deadline is over. */
  expire(): void {
    this.signal.aborted = true;
    this.fail(new SlipwayError('deadline_exceeded', "The call's deadline is over."));
  }

  /** Answers in this encoding from now on if the caller reads it: it sent a message that was compressed so. */
  answerIn(encoding: MessageEncoding): void {
    if (accepts(this.headers['grpc-accept-encoding'], encoding)) this.#encoding = encoding;
  }

  /** Ends the call with its only answer. */
  async reply(message: EncodedMessage): Promise<void> {
    const encoding = this.#encoding;
    if (encoding === undefined || !isWorthCompressing(message)) this.#replyWith(message, false);
    else this.#replyWith(await compress(message, encoding), true);
  }

  #replyWith(message: EncodedMessage, compressed: boolean): void {
    if (this.#isOver) return;
    this.#write(message, compressed);
    this.succeed();
  }

  /** Sends one of many answers; resolves when the caller can take another. */
  async send(message: EncodedMessage): Promise<void> {
    const encoding = this.#encoding;
    const isPacked = encoding !== undefined && isWorthCompressing(message);
    const sent = isPacked ? await compress(message, encoding) : message;
    if (this.#isOver || this.#write(sent, isPacked)) return;
    await new Promise<void>((resolve) => {
      this.#stream.once('drain', resolve);
      this.#stream.once('close', resolve);
    });
  }

  /** Ends the call well. */
  succeed(): void {
    if (this.#isOver) return;
    this.#finish('OK', undefined);
    this.#start();
    this.#trailers = GOOD;
    this.#end();
  }

  /** Ends the call with an error, counts it, and logs it; of a defect the caller learns nothing but that there was one. */
  fail(error: SlipwayError): void {
    if (this.#isOver) return;
    const { status, message, notRun } = this.#statuses.statusOf(error);
    this.#logFailure(error, status);
    this.#finish(status, error.code);
    const trailers: Record<string, string | number> = {
      'grpc-status': GRPC_STATUS[status],
      'grpc-message': encodeGrpcMessage(message),
      ...this.ids.headers,
    };
    if (notRun === true) trailers[NOT_RUN_HEADER] = 'true';
    const pause = retryAfterSeconds(error);
    if (pause !== undefined) {
      trailers['retry-after'] = pause;
      // What clients of gRPC that repeat calls by a policy of theirs go by.
      trailers['grpc-retry-pushback-ms'] = pause * MS_PER_SECOND;
    }
    if (this.#stream.headersSent) this.#trailers = trailers;
    else {
      this.#respond(trailers, { endStream: true });
      this.#leave();
    }
    this.#end();
  }

  /** Counts and logs an error that a stream tells in one of its answers, and which does not end it. */
  note(error: SlipwayError): void {
    this.#logFailure(error, this.#statuses.statusOf(error).status);
  }

  #write(message: EncodedMessage, compressed: boolean): boolean {
    this.#start();
    const pieces = writeFrame(message, compressed);
    if (pieces.length > 1) this.#stream.cork();
    let hasRoom = true;
    for (const piece of pieces) hasRoom = this.#stream.write(piece);
    if (pieces.length > 1) this.#stream.uncork();
    return hasRoom;
  }

  #start(): void {
    if (this.#stream.headersSent) return;
    const headers: Record<string, string> = this.#askedForIds() ? { ...this.ids.headers } : {};
    if (this.#encoding !== undefined) headers['grpc-encoding'] = this.#encoding;
    this.#respond(headers, { waitForTrailers: true });
    this.#stream.on('wantTrailers', () => {
      this.#stream.sendTrailers(this.#trailers);
      // A reset in the same turn would overtake the trailers.
      if (!this.#hasSentAll()) setImmediate(() => this.#leave());
    });
  }

  /** Ids that are made for a call stand in every answer over REST; here headers cost more, and failures alone tell them. */
  #askedForIds(): boolean {
    const { headers } = this;
    return ID_HEADERS.some((name) => headers[name] !== undefined);
  }

  #respond(headers: Readonly<Record<string, string | number>>, options: object): void {
    if (this.#stream.destroyed || this.#stream.closed) return;
    this.#stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-accept-encoding': ACCEPTED_ENCODINGS,
        ...weightsHeaders(this.context, this.model),
        ...headers,
      },
      options,
    );
  }

  #end(): void {
    if (this.#stream.writable) this.#stream.end();
    this.#stream.resume();
  }

  /** What the caller still sends is not read, and it is told to leave off (RFC 9113, 8.1). */
  #leave(): void {
    if (!this.#hasSentAll()) this.#stream.close(constants.NGHTTP2_NO_ERROR);
  }

  #hasSentAll(): boolean {
    return this.#stream.readableEnded || this.#stream.endAfterHeaders;
  }

  #finish(status: GrpcStatus, code: ErrorCode | undefined): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    const { metrics, log } = this.context;
    metrics.answered(HTTP_STATUS[status]);
    this.#traceOther({ status, code });
    if (!log.isLevelEnabled('debug')) return;
    log.debug({ request: this.ids.logId, method: this.path, status, ms: this.#elapsed() }, 'Answered.');
  }

  /** A call that asked no model is told as well. */
  #traceOther(end: TracedEnd): void {
    const { context, headers, path, startedAt, isScoring } = this;
    if (context.tracing === undefined || isScoring) return;
    const endedAt = performance.now();
    const id = this.ids.logId;
    context.tracing.trace({ id, method: 'POST', path, headers, startedAt, endedAt, end });
  }

  #logFailure(error: SlipwayError, status: GrpcStatus): void {
    const { metrics, log } = this.context;
    metrics.failed(error.code);
    const cause = error.code === 'internal' ? { err: error } : { reason: error.message };
    log.warn(
      { request: this.ids.logId, method: this.path, status, code: error.code, ms: this.#elapsed(), ...cause },
      'A call failed.',
    );
  }

  #closed(): void {
    this.signal.aborted = true;
    if (!this.#isOver) this.fail(new SlipwayError('cancelled', 'The caller gave the call up.'));
    else if (isUnread(this.#stream))
      this.note(new SlipwayError('cancelled', 'The caller did not read its answer.'));
  }

  #elapsed(): number {
    return Math.round((performance.now() - this.startedAt) * 1000) / 1000;
  }
}
