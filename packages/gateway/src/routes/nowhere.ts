import { parseTfservingRoute, SlipwayError, servableNotFound, wrongOipName } from '@slipway/contract';
import { protocolOf } from '../protocols.ts';
import type { Destination, Nowhere } from './destination.ts';
import type { RoutedService } from './route-table.ts';

/** What Azure's front end says of an address that is none. */
export const UNKNOWN_URL: Nowhere = nowhere(
  404,
  'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
);

export function serviceNotFound(service: string): Nowhere {
  return nowhere(404, `There is no service named "${service}".`);
}

/** A name that is neither a service nor a model of one, as servers of the Open Inference Protocol tell it. */
export function unknownName(name: string): Nowhere {
  return nowhere(404, `Request for unknown model: '${name}' is not found`);
}

/**
 * What is said of a path that could mean something else to a replica than it says: in each protocol what a replica would
 * say of it.
 */
export function notPlain(method: string, path: string): Nowhere {
  switch (protocolOf(path)) {
    case 'azure':
      return UNKNOWN_URL;
    case 'tfserving':
      return { ...unservable(method, path), path };
    case 'oip': {
      const problem = wrongOipName(path);
      const said = problem === undefined ? nowhere(404, 'Not Found') : nowhere(400, problem.message);
      return { ...said, path };
    }
  }
}

/** What TensorFlow Serving says of this address: that it is malformed, or what it lacks. */
export function unservable(method: string, path: string): Nowhere {
  const route = parseTfservingRoute(method, path);
  const { code, message } = route instanceof SlipwayError ? route : servableNotFound(route);
  return nowhere(code === 'not_found' ? 404 : 400, message);
}

/** A model that several services have. */
export function ambiguousName(name: string, services: readonly RoutedService[]): Nowhere {
  return nowhere(
    400,
    `"${name}" is a model of several services: ${namesOf(services)}. Call one of them below /api/v1/service/<name>.`,
  );
}

/** An address of the Open Inference Protocol without a model, where there are several services, or none. */
export function serverAlone(services: readonly RoutedService[], method: string, path: string): Destination {
  const page = OWN_PAGES.get(path);
  if (page !== undefined) {
    if (method !== 'GET' && method !== 'HEAD') return nowhere(405, 'Method Not Allowed');
    return { kind: 'own', page };
  }
  if (!OF_ONE_SERVICE.has(path)) return nowhere(404, 'Not Found');
  return services.length === 0 ? nowhere(404, 'There is no service yet.') : chooseOne(services, path);
}

const OWN_PAGES: ReadonlyMap<string, 'live' | 'ready' | 'metadata'> = new Map([
  ['/v2', 'metadata'],
  ['/v2/', 'metadata'],
  ['/v2/health/live', 'live'],
  ['/v2/health/ready', 'ready'],
]);

/** Which models a service has, and what they did, is for those who have its key. */
const OF_ONE_SERVICE: ReadonlySet<string> = new Set(['/v2/repository/index', '/v2/models/stats']);

function chooseOne(services: readonly RoutedService[], path: string): Nowhere {
  return nowhere(
    400,
    `There are several services here: ${namesOf(services)}. Ask one of them at /api/v1/service/<name>${path}.`,
  );
}

/** More names than this help nobody. */
const MAX_NAMES = 20;

export function namesOf(services: readonly RoutedService[]): string {
  const names = services.slice(0, MAX_NAMES).map(({ name }) => name);
  return names.join(', ') + (services.length > MAX_NAMES ? ', …' : '');
}

function nowhere(status: number, message: string): Nowhere {
  return { kind: 'nowhere', status, message };
}
