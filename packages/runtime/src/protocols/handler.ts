import { SlipwayError } from '@slipway/contract';
import { crossOrigin, type HttpHandler, withHeaders } from '@slipway/transport';
import { azure } from './azure/routes.ts';
import { runsScript } from './entry-refusal.ts';
import { answer, openExchange, pathOf, refuse } from './exchange.ts';
import { FAMILIES } from './families.ts';
import { TEXT_TYPE } from './headers.ts';
import type { ServiceContext } from './service-context.ts';

const WITH_OWN_PATHS = FAMILIES.map(({ rest }) => rest);

/** Answers the requests of one service, each in the protocol that its path belongs to. */
export function createServiceHandler(context: ServiceContext): HttpHandler {
  return (request, response) => {
    const path = pathOf(request.url);
    const protocol = WITH_OWN_PATHS.find((one) => one.owns(path)) ?? azure;
    const page = crossOrigin(context.corsOrigins, request);
    const answered = page === undefined ? response : withHeaders(response, page.headers);
    const exchange = openExchange(request, answered, path, protocol, context);
    const { refusal } = exchange.ids;
    if (refusal !== undefined) return refuse(exchange, new SlipwayError('invalid_argument', refusal), 431);
    if (page?.isPreflight) return answer(exchange, { status: 200, contentType: TEXT_TYPE, body: '' });
    if (context.entry !== undefined && protocol !== azure && !protocol.tellsOfServer?.(path)) {
      return refuse(exchange, runsScript(context));
    }
    return protocol.handle(exchange);
  };
}
