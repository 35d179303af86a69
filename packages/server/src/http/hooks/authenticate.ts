import { SlipwayError } from '@slipway/contract';
import { bearerToken, isSameSecret } from '@slipway/transport';
import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without a token. */
    readonly public?: boolean;
  }
}

/** Lets through what carries the token, and the routes that say they are public. */
export function createAuthentication(apiToken: string) {
  return async function authenticate(request: FastifyRequest): Promise<void> {
    if (request.routeOptions.config.public === true) return;
    const token = bearerToken(request.headers.authorization);
    if (token !== undefined && isSameSecret(token, apiToken)) return;
    throw new SlipwayError(
      'unauthenticated',
      token === undefined
        ? 'The request carries no token. Send "Authorization: Bearer <token>" with the token from the file "token" in the home folder.'
        : 'The token is wrong. Send the one from the file "token" in the home folder of the server.',
    );
  };
}
