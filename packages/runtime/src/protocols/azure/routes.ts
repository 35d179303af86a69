import { SlipwayError } from '@slipway/contract';
import type { HttpHandler, HttpRequest } from '@slipway/transport';
import type { Authorization } from '../../auth/auth-file.ts';
import { NO_AUTHORIZATION, UNKNOWN_URL, WRONG_METHOD, WRONG_SCORE_METHOD } from './errors.ts';
import { answer, answerError, type Exchange, openExchange, pathOf, refuse } from './exchange.ts';
import { JSON_TYPE, TEXT_TYPE } from './headers.ts';
import { score } from './score.ts';
import type { ServiceContext } from './service-context.ts';
import { SWAGGER_VERSIONS, swaggerDocument } from './swagger.ts';

interface Route {
  readonly methods: readonly string[];
  readonly needsAuthorization: boolean;
  readonly wrongMethod: string;
  readonly serve: (exchange: Exchange) => void | Promise<void>;
}

/** Every address of a replica; at the gateway they stand below `/api/v1/service/<name>`. */
const ROUTES: ReadonlyMap<string, Route> = new Map([
  [
    '/score',
    {
      methods: ['POST', 'OPTIONS'],
      needsAuthorization: true,
      wrongMethod: WRONG_SCORE_METHOD,
      serve: scoreOrOptions,
    },
  ],
  ['/swagger.json', get(swagger, true)],
  ['/', get(health)],
  ['/livez', get(health)],
  ['/readyz', get(ready)],
  ['/metrics', get(metrics)],
]);

/** Answers the requests of one service in Azure's way. */
export function createAzureHandler(context: ServiceContext): HttpHandler {
  return (request, response) => {
    const exchange = openExchange(request, response, context);
    if (exchange.ids.refusal !== undefined)
      return refuse(exchange, 431, 'invalid_argument', exchange.ids.refusal);
    const route = ROUTES.get(pathOf(request.url));
    if (route === undefined) return refuse(exchange, 404, 'not_found', UNKNOWN_URL);
    if (!route.methods.includes(request.method)) return wrongMethod(exchange, route);
    if (!route.needsAuthorization || request.method === 'OPTIONS') return route.serve(exchange);
    const authorization = context.authenticator.check(request.headers.authorization);
    return authorization instanceof Promise
      ? authorization.then((found) => serveIfAllowed(exchange, route, found))
      : serveIfAllowed(exchange, route, authorization);
  };
}

function serveIfAllowed(
  exchange: Exchange,
  route: Route,
  authorization: Authorization,
): void | Promise<void> {
  if (authorization === undefined) return route.serve(exchange);
  if (authorization === 'no header') {
    exchange.context.metrics.failed('unauthenticated');
    return answer(exchange, 401, TEXT_TYPE, NO_AUTHORIZATION, (headers) => {
      headers['www-authenticate'] = 'Bearer';
    });
  }
  answerError(exchange, new SlipwayError('unauthenticated', `Unauthorized, ${authorization}`));
}

function get(serve: Route['serve'], needsAuthorization = false): Route {
  return { methods: ['GET', 'HEAD'], needsAuthorization, wrongMethod: WRONG_METHOD, serve };
}

function wrongMethod(exchange: Exchange, route: Route): void {
  refuse(exchange, 405, 'method_not_allowed', route.wrongMethod, (headers) => {
    headers['allow'] = route.methods.join(', ');
  });
}

function scoreOrOptions(exchange: Exchange): void | Promise<void> {
  return exchange.request.method === 'OPTIONS' ? answer(exchange, 200, TEXT_TYPE, '') : score(exchange);
}

/** The liveness target of Azure's containers, and of Kubernetes as `/livez`: fails when only a new process can help. */
function health(exchange: Exchange): void {
  const isLive = exchange.context.phase() !== 'stuck';
  answer(exchange, isLive ? 200 : 503, TEXT_TYPE, isLive ? 'Healthy' : 'Unhealthy');
}

/** `/readyz`: fails when the replica should get no requests. */
function ready(exchange: Exchange): void {
  const phase = exchange.context.phase();
  answer(exchange, phase === 'ready' ? 200 : 503, TEXT_TYPE, phase);
}

async function metrics(exchange: Exchange): Promise<void> {
  const { text, contentType } = exchange.context.metrics;
  answer(exchange, 200, contentType, await text());
}

function swagger(exchange: Exchange): void {
  const wanted = queryOf(exchange.request).get('version') ?? SWAGGER_VERSIONS[0];
  const version = SWAGGER_VERSIONS.find((one) => one === wanted);
  const model = exchange.context.dataPlane()?.models[0];
  if (version === undefined) {
    const supported = SWAGGER_VERSIONS.map((one) => `"${one}"`).join(', ');
    const message = `Swagger version [${wanted}] is not valid. Supported versions: [${supported}].`;
    answer(exchange, 404, TEXT_TYPE, message);
  } else if (model === undefined) {
    answerError(exchange, new SlipwayError('unavailable', 'The model is not loaded yet.'));
  } else {
    const document = swaggerDocument(exchange.context.service, model, version);
    answer(exchange, 200, JSON_TYPE, JSON.stringify(document));
  }
}

function queryOf(request: HttpRequest): URLSearchParams {
  return new URLSearchParams(request.url.slice(pathOf(request.url).length));
}
