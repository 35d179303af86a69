import { bodyTooLarge, type HttpRequest, type HttpResponse } from '@slipway/transport';
import { errorBody, type Protocol } from '../protocols.ts';
import type { AttemptFailure } from './attempt.ts';
import { headersForCaller, NOT_RUN } from './headers.ts';

/** A request and where its answer goes, with the ids that every answer carries. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly ids: Readonly<Record<string, string>>;
  /** Whose clients read the answer. */
  readonly protocol: Protocol;
}

/** A replica that comes back, or another, takes about this many seconds. */
const RETRY_AFTER = { 'retry-after': '1' };

/** Answers in the protocol's shape for errors. */
export function answerError(
  exchange: Exchange,
  status: number,
  message: string,
  more?: Readonly<Record<string, string>>,
): void {
  const headers = { ...exchange.ids, 'content-type': 'application/json', ...more };
  exchange.response.send(status, headers, errorBody(exchange.protocol, message));
}

export function answerJson(exchange: Exchange, status: number, body: unknown): void {
  const headers = { ...exchange.ids, 'content-type': 'application/json' };
  exchange.response.send(status, headers, JSON.stringify(body));
}

export function answerText(
  exchange: Exchange,
  status: number,
  text: string,
  more?: Readonly<Record<string, string>>,
): void {
  const headers = { ...exchange.ids, 'content-type': 'text/plain; charset=utf-8', ...more };
  exchange.response.send(status, headers, text);
}

/** Says that a body is over the limit as a replica would; `declared` is its Content-Length, if it had one. */
export function answerTooLarge(exchange: Exchange, maxBodyBytes: number, declared?: number): void {
  const { message } = bodyTooLarge(maxBodyBytes, declared);
  if (exchange.protocol !== 'oip') answerError(exchange, 413, message);
  else {
    const size = declared ?? `more than ${maxBodyBytes}`;
    const text = `request JSON size of ${size} bytes exceeds the maximum allowed input size of ${maxBodyBytes} bytes. Raise the limit of the deployment on bodies to send more.`;
    answerError(exchange, 400, text);
  }
}

/** Azure's front end says in plain text what concerns its replicas. */
function answerOfReplicas(exchange: Exchange, status: number, text: string): void {
  const more = status === 503 ? { ...RETRY_AFTER, ...NOT_RUN } : undefined;
  if (exchange.protocol === 'azure') answerText(exchange, status, text, more);
  else answerError(exchange, status, text, more);
}

/** Answers for a request that failed for good; without a failure, there was no replica to try. */
export function answerFailure(
  exchange: Exchange,
  service: string,
  failure: AttemptFailure | undefined,
  maxBodyBytes: number,
): void {
  const { response, ids } = exchange;
  switch (failure?.kind) {
    case undefined:
    case 'unreachable':
      answerOfReplicas(exchange, 503, `No ready replicas for service ${service}`);
      break;
    case 'refused': {
      const headers = { ...RETRY_AFTER, ...headersForCaller(failure.headers, ids), ...NOT_RUN };
      response.send(failure.status, headers, failure.text);
      break;
    }
    case 'closed':
    case 'broken':
      // Half a response cannot be mended; a caller that sees the connection end knows that it is half.
      if (response.status !== undefined) response.destroy();
      else answerOfReplicas(exchange, 502, 'Replica closed connection before replying');
      break;
    case 'timeout':
      answerError(exchange, 504, 'The service did not answer within its scoring timeout.');
      break;
    case 'too_large':
      answerTooLarge(exchange, maxBodyBytes);
      break;
    case 'abandoned':
      // Nobody is left to be told.
      break;
  }
}
