import { SlipwayError } from '@slipway/contract';
import { whenAllowed } from '../allow.ts';
import { answer, answerError, type Exchange, queryOf, refuse } from '../exchange.ts';
import { JSON_TYPE, TEXT_TYPE } from '../headers.ts';
import type { Protocol } from '../protocol.ts';
import { errorAnswer, UNKNOWN_URL, WRONG_METHOD, WRONG_SCORE_METHOD } from './errors.ts';
import { runScript, scriptSwagger } from './run-script.ts';
import { score } from './score.ts';
import { SWAGGER_VERSIONS, swaggerDocument } from './swagger.ts';

interface Route {
  readonly methods: readonly string[];
  readonly needsAuthorization: boolean;
  readonly wrongMethod: string;
  readonly serve: (exchange: Exchange) => void | Promise<void>;
}

/** Every address of a replica whose models answer; at the gateway they stand below `/api/v1/service/<name>`. */
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
  // Where what watches TensorFlow Serving looks for them.
  ['/monitoring/prometheus/metrics', get(metrics)],
]);

/** What differs where a script answers: it takes GET too, and OPTIONS if it takes requests as they are. */
const SCRIPT_ROUTES: ReadonlyMap<string, Route> = new Map([
  ...ROUTES,
  [
    '/score',
    {
      methods: ['GET', 'POST', 'OPTIONS'],
      needsAuthorization: true,
      wrongMethod: WRONG_SCORE_METHOD,
      serve: scoreOrOptions,
    },
  ],
]);

/** Azure's protocol, which answers every path that is no other's. */
export const azure: Protocol = { name: 'azure', owns: () => true, handle, errorAnswer };

function handle(exchange: Exchange): void | Promise<void> {
  const { path, request, context } = exchange;
  const route = (context.entry === undefined ? ROUTES : SCRIPT_ROUTES).get(path);
  if (route === undefined) return refuse(exchange, new SlipwayError('not_found', UNKNOWN_URL));
  if (!route.methods.includes(request.method)) return refuse(exchange, wrongMethod(route));
  if (!route.needsAuthorization || isPlainOptions(exchange)) return route.serve(exchange);
  return whenAllowed(exchange, route.serve);
}

function get(serve: Route['serve'], needsAuthorization = false): Route {
  return { methods: ['GET', 'HEAD'], needsAuthorization, wrongMethod: WRONG_METHOD, serve };
}

function wrongMethod({ methods, wrongMethod: message }: Route): SlipwayError {
  return new SlipwayError('method_not_allowed', message, { details: { allow: methods.join(', ') } });
}

function scoreOrOptions(exchange: Exchange): void | Promise<void> {
  if (isPlainOptions(exchange)) return answerText(exchange, 200, '');
  const { entry } = exchange.context;
  return entry === undefined ? score(exchange) : runScript(exchange, entry);
}

/** True if nothing runs for it: only a script that takes requests as they are hears of OPTIONS. */
function isPlainOptions({ request, context }: Exchange): boolean {
  return request.method === 'OPTIONS' && context.entry?.facts()?.inputs !== 'raw';
}

/** The liveness target of Azure's containers, and of Kubernetes as `/livez`: fails when only a new process can help. */
function health(exchange: Exchange): void {
  const isLive = exchange.context.phase() !== 'stuck';
  answerText(exchange, isLive ? 200 : 503, isLive ? 'Healthy' : 'Unhealthy');
}

/** `/readyz`: fails when the replica should get no requests. */
function ready(exchange: Exchange): void {
  const phase = exchange.context.phase();
  answerText(exchange, phase === 'ready' ? 200 : 503, phase);
}

async function metrics(exchange: Exchange): Promise<void> {
  const { text, contentType } = exchange.context.metrics;
  answer(exchange, { status: 200, contentType, body: await text() });
}

function swagger(exchange: Exchange): void | Promise<void> {
  const { entry } = exchange.context;
  if (entry !== undefined) return scriptSwagger(exchange, entry);
  const wanted = queryOf(exchange).get('version') ?? SWAGGER_VERSIONS[0];
  const version = SWAGGER_VERSIONS.find((one) => one === wanted);
  const model = exchange.context.dataPlane()?.models[0];
  if (version === undefined) {
    const supported = SWAGGER_VERSIONS.map((one) => `"${one}"`).join(', ');
    const message = `Swagger version [${wanted}] is not valid. Supported versions: [${supported}].`;
    answerText(exchange, 404, message);
  } else if (model === undefined) {
    answerError(exchange, new SlipwayError('unavailable', 'The model is not loaded yet.'));
  } else {
    const document = swaggerDocument(exchange.context.service, model, version);
    answer(exchange, { status: 200, contentType: JSON_TYPE, body: JSON.stringify(document) });
  }
}

function answerText(exchange: Exchange, status: number, body: string): void {
  answer(exchange, { status, contentType: TEXT_TYPE, body });
}
