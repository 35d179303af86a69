import { SlipwayError } from '@slipway/contract';
import type { HttpHandler } from '@slipway/transport';
import { azure } from './azure/routes.ts';
import { openExchange, pathOf, refuse } from './exchange.ts';
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
    const exchange = openExchange(request, response, path, protocol, context);
    const { refusal } = exchange.ids;
    if (refusal !== undefined) return refuse(exchange, new SlipwayError('invalid_argument', refusal), 431);
    return protocol.handle(exchange);
  };
}
