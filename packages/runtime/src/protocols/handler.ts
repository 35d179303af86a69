import { SlipwayError } from '@slipway/contract';
import { crossOrigin, type HttpHandler, withHeaders } from '@slipway/transport';
import { azure } from './azure/routes.ts';
import { answer, openExchange, pathOf, refuse } from './exchange.ts';
import { TEXT_TYPE } from './headers.ts';
import { oip } from './oip/rest/routes.ts';
import type { Protocol } from './protocol.ts';
import type { ServiceContext } from './service-context.ts';
import { tfserving } from './tfserving/rest/routes.ts';

/** The protocols that have paths of their own; all that is left is Azure's. */
const PROTOCOLS: readonly Protocol[] = [tfserving, oip];

/** Answers the requests of one service, each in the protocol that its path belongs to. */
export function createServiceHandler(context: ServiceContext): HttpHandler {
  return (request, response) => {
    const path = pathOf(request.url);
    const protocol = PROTOCOLS.find((one) => one.owns(path)) ?? azure;
    const page = crossOrigin(context.corsOrigins, request);
    const answered = page === undefined ? response : withHeaders(response, page.headers);
    const exchange = openExchange(request, answered, path, protocol, context);
    const { refusal } = exchange.ids;
    if (refusal !== undefined) return refuse(exchange, new SlipwayError('invalid_argument', refusal), 431);
    if (page?.isPreflight) return answer(exchange, { status: 200, contentType: TEXT_TYPE, body: '' });
    return protocol.handle(exchange);
  };
}
