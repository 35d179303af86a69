/** What stands before the name of a service. */
export const SERVICE_PREFIX = '/api/v1/service/';

/** What a URL is written with (RFC 3986); everything else has to be encoded. */
export const VISIBLE_ASCII = /^[\x21-\x7e]*$/;

/** Paths that need no decoding to be judged: nearly all. */
const SIMPLE_PATH = /^\/(?!metrics|monitoring)[\w-]*(?:[/.:][\w-]+)*$/;

/** Where a replica's metrics begin: `/metrics`, and TensorFlow Serving's `/monitoring/prometheus/metrics`. */
const OPERATORS_ONLY: ReadonlySet<string | undefined> = new Set(['metrics', 'monitoring']);

/** What a path of the gateway names: a service, and a path at its replicas with the query. */
export interface ServicePath {
  readonly service: string;
  readonly path: string;
}

/**
 * Splits `/api/v1/service/<name>/<rest>`. `undefined` for every other path, and for one that could mean something
 * else to a replica than it says here: with `.` or `..` as a segment, an encoded slash, NUL, or a bad encoding.
 * A replica's metrics are for the operator and not for callers.
 */
export function parseServicePath(url: string): ServicePath | undefined {
  const split = splitServicePath(url);
  if (split === undefined) return undefined;
  const { service, path, query } = split;
  return isPlainPath(path) ? { service, path: path + query } : undefined;
}

/** The parts of such an address, whatever its path may mean. */
export function splitServicePath(url: string): (ServicePath & { readonly query: string }) | undefined {
  if (!url.startsWith(SERVICE_PREFIX) || !VISIBLE_ASCII.test(url)) return undefined;
  const query = url.indexOf('?');
  const pathEnd = query < 0 ? url.length : query;
  const nameEnd = url.indexOf('/', SERVICE_PREFIX.length);
  const hasRest = nameEnd >= 0 && nameEnd < pathEnd;
  const service = url.slice(SERVICE_PREFIX.length, hasRest ? nameEnd : pathEnd);
  const path = hasRest ? url.slice(nameEnd, pathEnd) : '/';
  return { service, path, query: url.slice(pathEnd) };
}

/** True for a path that means to every reader what it says, and that a caller may ask of a replica. */
export function isPlainPath(path: string): boolean {
  if (SIMPLE_PATH.test(path)) return true;
  const segments = path.split('/').slice(1).map(decodeSegment);
  return !OPERATORS_ONLY.has(segments[0]) && segments.every(isPlainSegment);
}

function decodeSegment(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function isPlainSegment(segment: string | undefined): boolean {
  return segment !== undefined && segment !== '.' && segment !== '..' && !/[/\\\0]/.test(segment);
}
