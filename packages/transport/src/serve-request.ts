import { constants } from 'node:http2';
import { SlipwayError } from '@slipway/contract';
import type { CallHandler } from './grpc-call.ts';
import type { HttpHandler, HttpRequest, HttpResponse } from './http-message.ts';
import type { RequestsInFlight } from './requests-in-flight.ts';

/** What the caller learns of a defect. */
const DEFECT = JSON.stringify({ message: 'An internal server error occurred.' });

/** Runs the handler for every request, and answers for it when it fails. */
export function createServeRequest(
  handler: HttpHandler,
  inFlight: RequestsInFlight,
  onError: (error: SlipwayError) => void,
): (request: HttpRequest, response: HttpResponse) => void {
  return (request, response) => {
    inFlight.add(response);
    try {
      const answered = handler(request, response);
      if (answered instanceof Promise) answered.catch((error) => answerDefect(error, response));
    } catch (error) {
      answerDefect(error, response);
    }
  };

  function answerDefect(error: unknown, response: HttpResponse): void {
    onError(defect(error));
    if (response.status !== undefined) response.destroy();
    else response.send(500, { 'content-type': 'application/json' }, DEFECT);
  }
}

/** Runs the handler for every call, and ends those in which it fails. */
export function createServeCall(
  handler: CallHandler,
  inFlight: RequestsInFlight,
  onError: (error: SlipwayError) => void,
): CallHandler {
  return (stream, headers) => {
    inFlight.add({ onClose: (listener) => stream.on('close', listener) });
    // What broke shows in 'close'; without a listener it would be thrown.
    stream.on('error', () => {});
    try {
      handler(stream, headers);
    } catch (error) {
      onError(defect(error));
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    }
  };
}

function defect(cause: unknown): SlipwayError {
  return new SlipwayError('internal', 'A request could not be answered because of a defect.', { cause });
}
