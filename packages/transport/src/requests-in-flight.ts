import type { Duplex } from 'node:stream';
import type { HttpRequest, HttpResponse } from './http-message.ts';

/** The requests that have begun and whose responses are not yet closed, whatever protocol they came by. */
export interface RequestsInFlight {
  add(request: HttpRequest, response: HttpResponse): void;
  /** True if the response to a request of this connection has begun. */
  hasBegun(connection: Duplex): boolean;
  /** From now on, every HTTP/1.1 response asks the caller to open a new connection. */
  askToClose(): void;
  /** Settles when nothing is in flight. */
  settled(): Promise<void>;
}

export function createRequestsInFlight(): RequestsInFlight {
  const running = new Map<HttpResponse, HttpRequest>();
  let closing = false;
  let whenEmpty: (() => void)[] = [];

  function remove(this: HttpResponse): void {
    running.delete(this);
    if (running.size > 0) return;
    const waiting = whenEmpty;
    whenEmpty = [];
    for (const resolve of waiting) resolve();
  }

  return {
    add: (request, response) => {
      running.set(response, request);
      response.once('close', remove);
      if (closing) closeAfter(request, response);
    },
    hasBegun: (connection) => {
      for (const [response, request] of running) {
        if (request.socket === connection && response.headersSent) return true;
      }
      return false;
    },
    askToClose: () => {
      closing = true;
      for (const [response, request] of running) closeAfter(request, response);
    },
    settled: () =>
      running.size === 0 ? Promise.resolve() : new Promise((resolve) => whenEmpty.push(resolve)),
  };
}

function closeAfter(request: HttpRequest, response: HttpResponse): void {
  if (request.httpVersionMajor === 1 && !response.headersSent) response.setHeader('connection', 'close');
}
