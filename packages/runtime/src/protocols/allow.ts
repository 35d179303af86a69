import { SlipwayError } from '@slipway/contract';
import type { Authorization } from '../auth/auth-file.ts';
import { answerError, type Exchange, refuse } from './exchange.ts';

type Serve = (exchange: Exchange) => void | Promise<void>;

/** Serves a caller whose key or token is good, and refuses every other in the protocol's words. */
export function whenAllowed(exchange: Exchange, serve: Serve): void | Promise<void> {
  const { context, request } = exchange;
  const authorization = context.authenticator.check(request.headers.authorization);
  return authorization instanceof Promise
    ? authorization.then((found) => serveIfAllowed(exchange, found, serve))
    : serveIfAllowed(exchange, authorization, serve);
}

function serveIfAllowed(
  exchange: Exchange,
  authorization: Authorization,
  serve: Serve,
): void | Promise<void> {
  if (authorization === undefined) return serve(exchange);
  if (authorization === 'no header')
    return refuse(exchange, unauthenticated('no Authorization header', true));
  answerError(exchange, unauthenticated(authorization, false));
}

/** The words of Azure's front end, which all protocols share: none has any of its own. */
function unauthenticated(reason: string, isMissing: boolean): SlipwayError {
  return new SlipwayError('unauthenticated', `Unauthorized, ${reason}`, { details: { isMissing } });
}
