import type { ErrorCode, SlipwayError } from '@slipway/contract';
import { type HttpRequest, type HttpResponse, type RequestIds, resolveRequestIds } from '@slipway/transport';
import { errorAnswer } from './errors.ts';
import {
  addNotRun,
  addRunHeaders,
  commonHeaders,
  JSON_TYPE,
  type ResponseHeaders,
  TEXT_TYPE,
} from './headers.ts';
import type { ServiceContext } from './service-context.ts';

/** A request, its response, and what is known of both. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly ids: RequestIds;
  /** `performance.now()` when its head had arrived. */
  readonly startedAt: number;
  readonly context: ServiceContext;
}

/** Begins an exchange; its ids are found or made. */
export function openExchange(
  request: HttpRequest,
  response: HttpResponse,
  context: ServiceContext,
): Exchange {
  const ids = resolveRequestIds(request.headers, context.newId);
  return { request, response, ids, startedAt: performance.now(), context };
}

/** Answers with a body that is ready. */
export function answer(
  exchange: Exchange,
  status: number,
  contentType: string,
  body: string | Buffer,
  addHeaders?: (headers: ResponseHeaders) => void,
): void {
  const { request, response, ids, context } = exchange;
  const headers = commonHeaders(ids, contentType);
  addHeaders?.(headers);
  context.metrics.answered(status);
  if (context.log.isLevelEnabled('debug')) {
    const { method, url } = request;
    context.log.debug(
      { request: ids.logId, method, path: pathOf(url), status, ms: elapsed(exchange) },
      'Answered.',
    );
  }
  response.send(status, headers, body);
}

/** Answers `{"message": …}`. */
function answerMessage(
  exchange: Exchange,
  status: number,
  message: string,
  addHeaders?: (headers: ResponseHeaders) => void,
): void {
  answer(exchange, status, JSON_TYPE, JSON.stringify({ message }), addHeaders);
}

/** Answers with an error, counts it, and logs it; of a defect the caller learns nothing but that there was one. */
export function answerError(exchange: Exchange, error: SlipwayError): void {
  const { context, ids, request } = exchange;
  const failure = errorAnswer(error, context.service);
  const addHeaders = (headers: ResponseHeaders) => {
    addRunHeaders(headers, undefined, failure.functionFailed);
    if (failure.notRun) addNotRun(headers);
    if (failure.status === 401) headers['www-authenticate'] = 'Bearer';
  };
  context.metrics.failed(error.code);
  context.log.warn(
    {
      request: ids.logId,
      method: request.method,
      path: pathOf(request.url),
      status: failure.status,
      code: error.code,
      ms: elapsed(exchange),
      ...causeToLog(error),
    },
    'A request failed.',
  );
  if (failure.kind === 'json') answerMessage(exchange, failure.status, failure.message, addHeaders);
  else answer(exchange, failure.status, TEXT_TYPE, failure.message, addHeaders);
}

/** What the log is told of an error. A message about a place in the body quotes the body, which no log may hold. */
function causeToLog(error: SlipwayError): Readonly<Record<string, unknown>> {
  if (error.code === 'internal') return { err: error };
  const { field, offset } = error.details ?? {};
  return offset === undefined ? { reason: error.message } : { field, offset };
}

/** Refuses what never became a request for the model: an unknown address, a wrong method, an id that is too long. */
export function refuse(
  exchange: Exchange,
  status: number,
  code: ErrorCode,
  message: string,
  addHeaders?: (headers: ResponseHeaders) => void,
): void {
  exchange.context.metrics.failed(code);
  answerMessage(exchange, status, message, addHeaders);
}

/** The path of a URL, without the query, which could hold anything. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function elapsed(exchange: Exchange): number {
  return Math.round((performance.now() - exchange.startedAt) * 1000) / 1000;
}
