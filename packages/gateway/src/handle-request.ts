import { randomUUID } from 'node:crypto';
import { bodyTooLarge, type HttpHandler, resolveRequestIds } from '@slipway/transport';
import { answerMessage, answerText, type Exchange } from './forward/answers.ts';
import { type ForwardDeps, forward } from './forward/forward.ts';
import type { Metrics } from './metrics.ts';
import type { RoutedService, RouteTable } from './routes/route-table.ts';
import { parseServicePath } from './routes/service-path.ts';

/** What the handler needs of the rest of the gateway. */
export interface HandlerDeps {
  readonly table: Pick<RouteTable, 'find'>;
  readonly forward: ForwardDeps;
  readonly metrics: Pick<Metrics, 'requestEnded' | 'render'>;
  readonly proto: 'http' | 'https';
  readonly maxBodyBytes: number;
}

/** Answers what is asked of the gateway itself, and sends everything else to a replica. */
export function createRequestHandler(deps: HandlerDeps): {
  readonly handle: HttpHandler;
  inFlight(): number;
} {
  let inFlight = 0;

  const handle: HttpHandler = (request, response) => {
    const began = performance.now();
    inFlight += 1;
    let service: RoutedService | undefined;
    response.onClose(() => {
      inFlight -= 1;
      const seconds = (performance.now() - began) / 1_000;
      // A caller that left was not answered; 499 is what proxies count then.
      deps.metrics.requestEnded(service?.name, response.status ?? 499, seconds);
    });

    const ids = resolveRequestIds(request.headers, randomUUID);
    const exchange: Exchange = { request, response, ids: ids.headers };
    if (ids.refusal !== undefined) return answerMessage(exchange, 431, ids.refusal);
    if (request.headers.upgrade?.toLowerCase() === 'websocket') {
      return answerMessage(exchange, 400, 'WebSocket connections are not taken here.');
    }
    const { method, url } = request;
    if (method !== 'GET' && method !== 'POST' && method !== 'HEAD') {
      return answerMessage(exchange, 405, 'Method not allowed', { allow: 'GET, HEAD, POST' });
    }
    const path = parseServicePath(url);
    if (path === undefined) return answerOwn(deps, exchange, url);
    service = deps.table.find(path.service);
    if (service === undefined) {
      return answerMessage(exchange, 404, `There is no service named "${path.service}".`);
    }
    const maxBodyBytes = Math.min(service.maxBodyBytes, deps.maxBodyBytes);
    const { length } = request.body;
    if (length !== undefined && length > maxBodyBytes) {
      return answerMessage(exchange, 413, bodyTooLarge(maxBodyBytes, length).message);
    }
    return forward(deps.forward, {
      exchange,
      service,
      method,
      path: path.path,
      origin: { address: request.remoteAddress, proto: deps.proto, requestId: ids.requestId },
      maxBodyBytes,
    });
  };

  return { handle, inFlight: () => inFlight };
}

/** The gateway's own addresses: its health and its metrics. */
async function answerOwn(deps: HandlerDeps, exchange: Exchange, url: string): Promise<void> {
  switch (url) {
    case '/':
      return answerText(exchange, 200, 'Healthy');
    case '/metrics': {
      const { contentType, text } = await deps.metrics.render();
      return exchange.response.send(200, { ...exchange.ids, 'content-type': contentType }, text);
    }
    default:
      return answerMessage(
        exchange,
        404,
        'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
      );
  }
}
