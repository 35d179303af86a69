import { type ErrorCode, type LoadedModel, NOT_RUN_HEADER, SlipwayError } from '@slipway/contract';
import { type HttpRequest, type HttpResponse, type RequestIds, resolveRequestIds } from '@slipway/transport';
import type { TracedEnd } from '../observability/tracing.ts';
import { JSON_TYPE, type ResponseHeaders, responseHeaders } from './headers.ts';
import type { Protocol } from './protocol.ts';
import { retryAfterSeconds } from './retry-after.ts';
import type { ServiceContext } from './service-context.ts';
import { weightsHeaders } from './weights-header.ts';

/** A request, its response, and what is known of both. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  /** The path of its URL, without the query, which could hold anything. */
  readonly path: string;
  readonly protocol: Protocol;
  readonly ids: RequestIds;
  /** `performance.now()` when its head had arrived. */
  readonly startedAt: number;
  readonly context: ServiceContext;
  /** True once a model or script is asked: who counts that traces it too. */
  isScoring: boolean;
  /** The version that answers; absent: none was found yet, or none is asked. */
  model?: LoadedModel;
}

/** An answer whose body is ready. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** Headers beside those that every answer has. */
  readonly headers?: Readonly<ResponseHeaders> | undefined;
  /** In pieces where joining them would cost a copy. */
  readonly body: string | Buffer | readonly Uint8Array[];
  /** What it failed with; absent: it did not. */
  readonly code?: ErrorCode | undefined;
}

/** What proxies count for a caller that is no longer there. */
const CALLER_GONE = 499;

/** Pieces that are no longer than this in all are joined: a second write costs more than the copy. */
const MAX_JOINED_BYTES = 65_536;

/** Begins an exchange; its ids are found or made. */
export function openExchange(
  request: HttpRequest,
  response: HttpResponse,
  path: string,
  protocol: Protocol,
  context: ServiceContext,
): Exchange {
  const ids = resolveRequestIds(request.headers, context.newId);
  return { request, response, path, protocol, ids, startedAt: performance.now(), context, isScoring: false };
}

/** Sends an answer, and counts it when all of it is sent or cannot be. */
export function answer(exchange: Exchange, { status, contentType, headers: own, body, code }: Answer): void {
  const { response, ids } = exchange;
  const weights = weightsHeaders(exchange.context, exchange.model);
  const headers = responseHeaders(ids, contentType, weights === undefined ? own : { ...own, ...weights });
  if (typeof body === 'string' || Buffer.isBuffer(body)) response.send(status, headers, body);
  else sendPieces(response, status, headers, body);
  response.onClose(() => countAnswer(exchange, status, code));
}

/** A caller that left, or did not read, was not answered: as the gateway does, 499 is counted then. */
function countAnswer(exchange: Exchange, sent: number, failure: ErrorCode | undefined): void {
  const { request, response, ids, path, context } = exchange;
  const { metrics, log } = context;
  const status = response.status === undefined || response.isUnread ? CALLER_GONE : sent;
  metrics.answered(status);
  const { method } = request;
  traceOther(exchange, { status, code: status === CALLER_GONE ? 'cancelled' : failure });
  if (response.isUnread) {
    const code = 'cancelled';
    metrics.failed(code);
    const told = { request: ids.logId, method, path, status, code, ms: elapsed(exchange) };
    log.warn({ ...told, reason: 'The caller did not read its answer.' }, 'A request failed.');
  } else if (log.isLevelEnabled('debug')) {
    log.debug({ request: ids.logId, method, path, status, ms: elapsed(exchange) }, 'Answered.');
  }
}

/** What machines ask every few seconds, for as long as the replica runs: health checks and readers of metrics. */
const POLLED_PATHS: ReadonlySet<string> = new Set(['/', '/metrics', '/monitoring/prometheus/metrics']);

/** A call that asked no model and no script is told as well. */
function traceOther(
  { context, isScoring, ids, protocol, request, path, startedAt }: Exchange,
  end: TracedEnd,
) {
  if (context.tracing === undefined || isScoring || POLLED_PATHS.has(path)) return;
  const { method, headers } = request;
  const endedAt = performance.now();
  context.tracing.trace({
    id: ids.logId,
    protocol: protocol.name,
    method,
    path,
    headers,
    startedAt,
    endedAt,
    end,
  });
}

function sendPieces(
  response: HttpResponse,
  status: number,
  headers: ResponseHeaders,
  pieces: readonly Uint8Array[],
): void {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length <= MAX_JOINED_BYTES) {
    response.send(status, headers, Buffer.concat(pieces, length));
    return;
  }
  response.start(status, { ...headers, 'content-length': length });
  for (const piece of pieces) response.write(asBuffer(piece));
  response.end();
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Answers with JSON, or with the error that came of trying to write it. */
export function answerJson(exchange: Exchange, body: string | Buffer | SlipwayError, status = 200): void {
  if (body instanceof SlipwayError) answerError(exchange, body);
  else answer(exchange, { status, contentType: JSON_TYPE, body });
}

/** Answers with an error, counts it, and logs it; of a defect the caller learns nothing but that there was one. */
export function answerError(exchange: Exchange, error: SlipwayError): void {
  const { context, protocol, ids, request, path } = exchange;
  const {
    status,
    contentType = JSON_TYPE,
    headers: own,
    notRun,
    body,
  } = protocol.errorAnswer(error, context);
  context.metrics.failed(error.code);
  const ms = elapsed(exchange);
  const { method } = request;
  context.log.warn(
    { request: ids.logId, method, path, status, code: error.code, ms, ...causeToLog(error) },
    'A request failed.',
  );
  const headers: ResponseHeaders = { ...own, ...headersOf(error) };
  if (notRun) headers[NOT_RUN_HEADER] = 'true';
  answer(exchange, { status, contentType, headers, body, code: error.code });
}

/** What the log is told of an error. A message about a place in the body quotes the body, which no log may hold. */
function causeToLog(error: SlipwayError): Readonly<Record<string, unknown>> {
  if (error.code === 'internal') return { err: error };
  const { field, offset } = error.details ?? {};
  return offset === undefined ? { reason: error.message } : { field, offset };
}

/** The headers that HTTP itself wants beside an error. */
function headersOf(error: SlipwayError): ResponseHeaders {
  const { code, details } = error;
  if (code === 'unauthenticated') return { 'www-authenticate': 'Bearer' };
  const pause = retryAfterSeconds(error);
  if (pause !== undefined) return { 'retry-after': pause };
  const allow = details?.['allow'];
  return code === 'method_not_allowed' && typeof allow === 'string' ? { allow } : {};
}

/**
 * Refuses what never became a request for the model: an unknown address, a wrong method, an id that is too long. Anybody
 * can send any number of these, so they are counted and not logged.
 */
export function refuse(exchange: Exchange, error: SlipwayError, status?: number): void {
  const { context, protocol } = exchange;
  const told = protocol.errorAnswer(error, context);
  context.metrics.failed(error.code);
  answer(exchange, {
    status: status ?? told.status,
    contentType: told.contentType ?? JSON_TYPE,
    headers: headersOf(error),
    body: told.body,
    code: error.code,
  });
}

/** The path of a URL, without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** The query of a request. */
export function queryOf({ request, path }: Exchange): URLSearchParams {
  return new URLSearchParams(request.url.slice(path.length));
}

function elapsed(exchange: Exchange): number {
  return Math.round((performance.now() - exchange.startedAt) * 1000) / 1000;
}
