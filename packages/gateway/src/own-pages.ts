import { answerError, answerJson, answerText, type Exchange } from './forward/answers.ts';
import type { Metrics } from './metrics.ts';
import type { OwnPage } from './routes/destination.ts';
import type { RouteTable } from './routes/route-table.ts';
import { PACKAGE_VERSION } from './version.ts';

/** What the pages tell of. */
export interface OwnPageDeps {
  readonly table: Pick<RouteTable, 'services'>;
  readonly metrics: Pick<Metrics, 'render'>;
}

/** Answers what is asked of the gateway itself. */
export function answerOwn(deps: OwnPageDeps, exchange: Exchange, page: OwnPage): void | Promise<void> {
  const { method } = exchange.request;
  if (method !== 'GET' && method !== 'HEAD') {
    return answerError(exchange, 405, 'Method not allowed', { allow: 'GET, HEAD' });
  }
  switch (page) {
    case 'health':
      return answerText(exchange, 200, 'Healthy');
    case 'metrics':
      return answerMetrics(deps.metrics, exchange);
    case 'live':
      return answerJson(exchange, 200, { live: true });
    case 'ready': {
      const ready = isReady(deps.table);
      return answerJson(exchange, ready ? 200 : 503, { ready, live: true });
    }
    case 'metadata':
      return answerJson(exchange, 200, SERVER_METADATA);
  }
}

/** The gateway as a server of the Open Inference Protocol. What a service can do beyond it, the service tells. */
export const SERVER_METADATA = Object.freeze({ name: 'slipway', version: PACKAGE_VERSION, extensions: [] });

/** One service that is not ready does not take the others' callers away. */
export function isReady(table: Pick<RouteTable, 'services'>): boolean {
  return table.services().some((service) => service.isReady);
}

async function answerMetrics(metrics: Pick<Metrics, 'render'>, exchange: Exchange): Promise<void> {
  const { contentType, text } = await metrics.render();
  exchange.response.send(200, { ...exchange.ids, 'content-type': contentType }, text);
}
