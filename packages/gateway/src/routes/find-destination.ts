import { type Protocol, protocolOf } from '../protocols.ts';
import type { Destination } from './destination.ts';
import {
  ambiguousName,
  notPlain,
  serverAlone,
  serviceNotFound,
  UNKNOWN_URL,
  unknownName,
  unservable,
} from './nowhere.ts';
import type { RoutedService, RouteTable } from './route-table.ts';
import {
  isPlainPath,
  parseServicePath,
  SERVICE_PREFIX,
  splitServicePath,
  VISIBLE_ASCII,
} from './service-path.ts';

/** The name of the model in an address of each protocol. */
const MODEL_NAME: Readonly<Record<Exclude<Protocol, 'azure'>, RegExp>> = {
  tfserving: /^\/v1\/models\/([^/:]+)/i,
  oip: /^\/v2\/(?:repository\/)?models\/([^/]+)/,
};

/** An address of the whole server, though it looks like that of a model. */
const SERVER_STATISTICS = '/v2/models/stats';

/** Finds out where a request to `url` goes. */
export function findDestination(
  table: Pick<RouteTable, 'find' | 'named' | 'services'>,
  method: string,
  url: string,
): Destination {
  if (url.startsWith(SERVICE_PREFIX)) return serviceDestination(table, method, url);
  switch (url) {
    case '/':
      return { kind: 'own', page: 'health' };
    case '/metrics':
      return { kind: 'own', page: 'metrics' };
    default:
      return rootDestination(table, method, url);
  }
}

/** Below `/api/v1/service/<name>`: every path of a replica. */
function serviceDestination(table: Pick<RouteTable, 'find'>, method: string, url: string): Destination {
  const parsed = parseServicePath(url);
  if (parsed === undefined) {
    const split = splitServicePath(url);
    return split === undefined ? UNKNOWN_URL : notPlain(method, split.path);
  }
  const service = table.find(parsed.service);
  return service === undefined
    ? serviceNotFound(parsed.service)
    : { kind: 'service', service, path: parsed.path };
}

/** At the root: the addresses of the protocols that name a model, or no service at all. */
function rootDestination(
  table: Pick<RouteTable, 'named' | 'services'>,
  method: string,
  url: string,
): Destination {
  const protocol = protocolOf(url);
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  if (protocol === 'azure' || !VISIBLE_ASCII.test(url)) return UNKNOWN_URL;
  if (!isPlainPath(path)) return notPlain(method, path);
  const name = path === SERVER_STATISTICS ? undefined : modelName(protocol, path);
  const [only, ...others] = table.services();
  // The only service knows best what is wrong with an address.
  if (only !== undefined && others.length === 0) return toService(only, url);
  const [found, ...more] = name === undefined ? [] : table.named(name);
  if (name === undefined || found === undefined) {
    if (protocol === 'tfserving') return unservable(method, path);
    return name === undefined ? serverAlone(table.services(), method, path) : unknownName(name);
  }
  return more.length === 0 ? toService(found, url) : ambiguousName(name, [found, ...more]);
}

function modelName(protocol: Exclude<Protocol, 'azure'>, path: string): string | undefined {
  const name = MODEL_NAME[protocol].exec(path)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}

/** Replicas know that the service's own name means its default model. */
function toService(service: RoutedService, path: string): Destination {
  return { kind: 'service', service, path };
}
