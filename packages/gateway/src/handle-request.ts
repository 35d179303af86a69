import { randomUUID } from 'node:crypto';
import {
  declaredLength,
  type HttpHandler,
  type HttpRequest,
  resolveRequestIds,
  sendContinue,
} from '@slipway/transport';
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
    response.once('close', () => {
      inFlight -= 1;
      const seconds = (performance.now() - began) / 1_000;
      // A caller that left was not answered; 499 is what proxies count then.
      deps.metrics.requestEnded(service?.name, response.headersSent ? response.statusCode : 499, seconds);
    });

    const ids = resolveRequestIds(request.headers, randomUUID);
    const exchange: Exchange = { request, response, ids: ids.headers };
    if (ids.refusal !== undefined) return answerMessage(exchange, 431, ids.refusal);
    if (request.headers.upgrade?.toLowerCase() === 'websocket') {
      return answerMessage(exchange, 400, 'WebSocket connections are not taken here.');
    }
    const { method, url = '' } = request;
    if (method !== 'GET' && method !== 'POST' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD, POST');
      return answerMessage(exchange, 405, 'Method not allowed');
    }
    const path = parseServicePath(url);
    if (path === undefined) return answerOwn(deps, exchange, url);
    service = deps.table.find(path.service);
    if (service === undefined) {
      return answerMessage(exchange, 404, `There is no service named "${path.service}".`);
    }
    const maxBodyBytes = Math.min(service.maxBodyBytes, deps.maxBodyBytes);
    const tooLarge = refusalByLength(request, maxBodyBytes);
    if (tooLarge !== undefined) return answerMessage(exchange, 413, tooLarge);
    sendContinue(request, response);
    return forward(deps.forward, {
      exchange,
      service,
      method,
      path: path.path,
      origin: { address: request.socket.remoteAddress, proto: deps.proto, requestId: ids.requestId },
      maxBodyBytes,
    });
  };

  return { handle, inFlight: () => inFlight };
}

function refusalByLength(request: HttpRequest, maxBodyBytes: number): string | undefined {
  const length = declaredLength(request) ?? 0;
  return length > maxBodyBytes
    ? `The body is ${length} bytes, but the limit is ${maxBodyBytes} bytes.`
    : undefined;
}

/** The gateway's own addresses: its health and its metrics. */
async function answerOwn(deps: HandlerDeps, exchange: Exchange, url: string): Promise<void> {
  switch (url) {
    case '/':
      return answerText(exchange, 200, 'Healthy');
    case '/metrics': {
      const { contentType, text } = await deps.metrics.render();
      exchange.response.writeHead(200, { ...exchange.ids, 'content-type': contentType });
      exchange.response.end(text);
      return;
    }
    default:
      return answerMessage(
        exchange,
        404,
        'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
      );
  }
}
