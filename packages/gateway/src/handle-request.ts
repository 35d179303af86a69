import { randomUUID } from 'node:crypto';
import {
  crossOrigin,
  type HttpHandler,
  type HttpResponse,
  resolveRequestIds,
  withHeaders,
} from '@slipway/transport';
import { answerError, answerText, answerTooLarge, type Exchange } from './forward/answers.ts';
import { forward } from './forward/forward.ts';
import type { ForwardDeps } from './forward/try-replicas.ts';
import type { Metrics } from './metrics.ts';
import { answerOwn } from './own-pages.ts';
import { protocolOf } from './protocols.ts';
import { findDestination } from './routes/find-destination.ts';
import type { RoutedService, RouteTable } from './routes/route-table.ts';

/** What the handler needs of the rest of the gateway. */
export interface HandlerDeps {
  readonly table: Pick<RouteTable, 'find' | 'named' | 'services'>;
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
      deps.metrics.requestEnded(service?.name, countedStatus(response), seconds);
    });

    const ids = resolveRequestIds(request.headers, randomUUID);
    const { method, url } = request;
    const destination = findDestination(deps.table, method, url);
    const protocol = protocolOf((destination.kind !== 'own' && destination.path) || url);
    const page =
      destination.kind === 'service' ? crossOrigin(destination.service.corsOrigins, request) : undefined;
    const answered = page === undefined ? response : withHeaders(response, page.headers);
    const exchange: Exchange = { request, response: answered, ids: ids.headers, protocol };
    if (ids.refusal !== undefined) return answerError(exchange, 431, ids.refusal);
    if (request.headers.upgrade?.toLowerCase() === 'websocket') {
      return answerError(exchange, 400, 'WebSocket connections are not taken here.');
    }
    if (destination.kind === 'nowhere') return answerError(exchange, destination.status, destination.message);
    if (destination.kind === 'own') return answerOwn(deps, exchange, destination.page);
    // What these two mean is between a caller and a proxy; every other method is the replica's to judge.
    if (method === 'CONNECT' || method === 'TRACE') return answerError(exchange, 405, 'Method not allowed');
    ({ service } = destination);
    if (page?.isPreflight) return answerText(exchange, 200, '');
    const maxBodyBytes = Math.min(service.maxBodyBytes, deps.maxBodyBytes);
    const { length } = request.body;
    if (length !== undefined && length > maxBodyBytes) return answerTooLarge(exchange, maxBodyBytes, length);
    return forward(deps.forward, {
      exchange,
      service,
      method,
      path: destination.path,
      origin: { address: request.remoteAddress, proto: deps.proto, requestId: ids.requestId },
      maxBodyBytes,
    });
  };

  return { handle, inFlight: () => inFlight };
}

/**
 * A caller that left, or did not read, was not answered: 499 is what proxies count then. One whose answer was broken off
 * behind this door was not answered either, whatever the answer began with.
 */
function countedStatus({ status, isUnread, isGivenUp }: HttpResponse): number {
  if (status === undefined || isUnread) return 499;
  return isGivenUp ? 502 : status;
}
