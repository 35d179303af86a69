import type { HttpRequest, HttpResponse } from '@slipway/transport';
import type { AttemptFailure } from './attempt.ts';
import { headersForCaller } from './headers.ts';

/** A request and where its answer goes, with the ids that every answer carries. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly ids: Readonly<Record<string, string>>;
}

/** Answers in Azure's shape for errors: `{"message": …}`. */
export function answerMessage(
  exchange: Exchange,
  status: number,
  message: string,
  more?: Readonly<Record<string, string>>,
): void {
  const body = JSON.stringify({ message });
  const headers = { ...exchange.ids, 'content-type': 'application/json', ...more };
  exchange.response.send(status, headers, body);
}

/** Answers as plain text, as Azure's front end does for what concerns its replicas. */
export function answerText(exchange: Exchange, status: number, text: string): void {
  const headers = { ...exchange.ids, 'content-type': 'text/plain; charset=utf-8' };
  exchange.response.send(status, headers, text);
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
      answerText(exchange, 503, `No ready replicas for service ${service}`);
      break;
    case 'refused': {
      const headers = headersForCaller(failure.headers, ids);
      response.send(failure.status, headers, failure.text);
      break;
    }
    case 'closed':
    case 'broken':
      // Half a response cannot be mended; a caller that sees the connection end knows that it is half.
      if (response.status !== undefined) response.destroy();
      else answerText(exchange, 502, 'Replica closed connection before replying');
      break;
    case 'timeout':
      answerMessage(exchange, 504, 'The service did not answer within its scoring timeout.');
      break;
    case 'too_large':
      answerMessage(exchange, 413, `The body is larger than the limit of ${maxBodyBytes} bytes.`);
      break;
    case 'abandoned':
      // Nobody is left to be told.
      break;
  }
}
