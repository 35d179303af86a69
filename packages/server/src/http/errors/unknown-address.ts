import { SlipwayError } from '@slipway/contract';
import type { HTTPMethods } from 'fastify';
import type { App } from '../app.ts';

/** Methods that some address takes. */
const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Answers what has no route with `not_found`. */
export function answerUnknownAddress(app: App): void {
  app.setNotFoundHandler((request) => {
    throw new SlipwayError('not_found', `There is nothing at ${pathOf(request.url)}.`);
  });
}

/** Adds routes with `addRoutes`, and for each of their addresses an answer to the methods that it does not take. */
export function withMethodNotAllowed(app: App, addRoutes: () => void): void {
  const taken = new Map<string, readonly string[]>();
  let collecting = true;
  app.addHook('onRoute', ({ method, routePath }) => {
    if (collecting) taken.set(routePath, [...(taken.get(routePath) ?? []), ...[method].flat()]);
  });
  addRoutes();
  collecting = false;
  for (const [url, methods] of taken) refuseOthers(app, url, methods);
}

function refuseOthers(app: App, url: string, taken: readonly string[]): void {
  const method = METHODS.filter((candidate) => !taken.includes(candidate));
  const allow = taken.join(', ');
  app.route({
    method,
    url,
    schema: { hide: true },
    onRequest: async (request, reply) => {
      reply.header('allow', allow);
      throw new SlipwayError(
        'method_not_allowed',
        `${pathOf(request.url)} does not take ${request.method}, but ${allow}.`,
      );
    },
    handler: async () => undefined,
  });
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
