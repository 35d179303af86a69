import type { IncomingHttpHeaders } from 'node:http2';
import { servableNotFound, type VersionChoice } from '@slipway/contract';
import { ambiguousName, namesOf, serviceNotFound, unknownName } from '../routes/nowhere.ts';
import type { RoutedService, RouteTable } from '../routes/route-table.ts';
import { nameFields } from './model-in-message.ts';
import type { CallStatus } from './status.ts';

/** Azure's clients choose the service with it. */
const ROUTE_HEADER = 'x-ms-aml-grpc-service-route';

const SERVICE_ROUTE = /^\/?(?:api\/v1\/service\/)?([^/]+)\/?$/;

/** What Azure's clients send that were given no name of a service. */
const NO_ROUTE = /^(?:\/?api\/v1\/service)?\/?$/;

/** Methods that the gateway answers for all services together, where there is not just one. */
const OWN_METHODS: ReadonlyMap<string, OwnMethod> = new Map([
  ['/grpc.health.v1.Health/Check', 'health'],
  ['/inference.GRPCInferenceService/ServerLive', 'live'],
  ['/inference.GRPCInferenceService/ServerReady', 'ready'],
  ['/inference.GRPCInferenceService/ServerMetadata', 'metadata'],
]);

const REFLECTION = /^\/grpc\.reflection\.v1(?:alpha)?\.ServerReflection\//;

/** Methods that are of one service and name no model. */
const OF_ONE_SERVICE: ReadonlySet<string> = new Set([
  '/grpc.health.v1.Health/Watch',
  '/inference.GRPCInferenceService/RepositoryIndex',
]);

export type OwnMethod = 'health' | 'live' | 'ready' | 'metadata';

/** Where a call goes: to a service's replicas, to the gateway itself, or nowhere, and why. */
export type CallDestination =
  | { readonly kind: 'service'; readonly service: RoutedService }
  | { readonly kind: 'own'; readonly method: OwnMethod }
  | { readonly kind: 'nowhere'; readonly status: CallStatus };

/** The name of a model has to tell, which stands at `fields` of the first message. */
export interface NamedWithin {
  readonly kind: 'named within';
  readonly fields: readonly number[];
}

type Services = Pick<RouteTable, 'find' | 'named' | 'services'>;

/** By route metadata, else the only service there is, else by the method. */
export function findCallDestination(
  table: Services,
  method: string,
  headers: IncomingHttpHeaders,
): CallDestination | NamedWithin {
  const route = String(headers[ROUTE_HEADER] ?? '');
  if (!NO_ROUTE.test(route)) return byRoute(table, route);
  const [only, ...others] = table.services();
  if (only !== undefined && others.length === 0) return { kind: 'service', service: only };
  return byMethod(table.services(), method);
}

function byRoute(table: Pick<RouteTable, 'find'>, route: string): CallDestination {
  const name = SERVICE_ROUTE.exec(route)?.[1] ?? route;
  const service = table.find(name);
  return service === undefined
    ? nowhere('NOT_FOUND', serviceNotFound(name).message)
    : { kind: 'service', service };
}

function byMethod(services: readonly RoutedService[], method: string): CallDestination | NamedWithin {
  const own = OWN_METHODS.get(method);
  if (own !== undefined) return { kind: 'own', method: own };
  if (services.length === 0) return nowhere('NOT_FOUND', 'There is no service yet.');
  const fields = nameFields(method);
  if (fields !== undefined) return { kind: 'named within', fields };
  // All services speak the same protocols, so any can tell of them.
  const ready = services.find(({ isReady }) => isReady);
  if (REFLECTION.test(method) && ready !== undefined) return { kind: 'service', service: ready };
  if (OF_ONE_SERVICE.has(method)) return chooseOne(services);
  return nowhere('UNIMPLEMENTED', `The method ${method} is not served here.`);
}

/**
 * Where a call goes whose first message has this name in it; it is empty where there is none. `versionOf` reads the
 * version beside it in messages of TensorFlow Serving.
 */
export function findNamed(
  table: Pick<RouteTable, 'named' | 'services'>,
  method: string,
  name: string,
  versionOf: () => VersionChoice,
): CallDestination {
  if (name === '') return chooseOne(table.services());
  const [found, ...more] = table.named(name);
  if (found === undefined) {
    if (method.startsWith('/tensorflow.')) return unservable(method, name, versionOf());
    return nowhere('NOT_FOUND', unknownName(name).message);
  }
  if (more.length === 0) return { kind: 'service', service: found };
  const { message } = ambiguousName(name, [found, ...more]);
  return nowhere('INVALID_ARGUMENT', `${message} In gRPC, say so in the metadata ${ROUTE_HEADER}.`);
}

/** As TensorFlow Serving tells it. */
function unservable(method: string, model: string, version: VersionChoice): CallDestination {
  const kind = method.endsWith('/GetModelStatus') ? 'status' : 'predict';
  const { code, message } = servableNotFound({ kind, model, version });
  return nowhere(code === 'not_found' ? 'NOT_FOUND' : 'INVALID_ARGUMENT', message);
}

function chooseOne(services: readonly RoutedService[]): CallDestination {
  return nowhere(
    'INVALID_ARGUMENT',
    `There are several services here: ${namesOf(services)}. Choose one by the metadata ${ROUTE_HEADER}: /api/v1/service/<name>, or by the name of its model.`,
  );
}

function nowhere(code: CallStatus['code'], message: string): CallDestination {
  return { kind: 'nowhere', status: { code, message } };
}
