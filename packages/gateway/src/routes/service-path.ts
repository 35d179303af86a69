const PREFIX = '/api/v1/service/';

/** What a URL is written with (RFC 3986); everything else has to be encoded. */
const VISIBLE_ASCII = /^[\x21-\x7e]*$/;

/** Paths that need no decoding to be judged: nearly all. */
const SIMPLE_PATH = /^\/(?!metrics)[\w-]*(?:[/.][\w-]+)*$/;

/** What a path of the gateway names: a service, and a path at its replicas with the query. */
export interface ServicePath {
  readonly service: string;
  readonly path: string;
}

/**
 * Splits `/api/v1/service/<name>/<rest>`. `undefined` for every other path, and for one that could mean something
 * else to a replica than it says here: with `.` or `..` as a segment, an encoded slash, NUL, or a bad encoding.
 * A replica's `/metrics` is for the operator and not for callers.
 */
export function parseServicePath(url: string): ServicePath | undefined {
  if (!url.startsWith(PREFIX) || !VISIBLE_ASCII.test(url)) return undefined;
  const query = url.indexOf('?');
  const pathEnd = query < 0 ? url.length : query;
  const nameEnd = url.indexOf('/', PREFIX.length);
  const hasRest = nameEnd >= 0 && nameEnd < pathEnd;
  const service = url.slice(PREFIX.length, hasRest ? nameEnd : pathEnd);
  const path = hasRest ? url.slice(nameEnd, pathEnd) : '/';
  if (!SIMPLE_PATH.test(path) && !isPlainPath(path)) return undefined;
  return { service, path: query < 0 ? path : path + url.slice(query) };
}

function isPlainPath(path: string): boolean {
  const segments = path.split('/').slice(1).map(decodeSegment);
  return segments[0] !== 'metrics' && segments.every(isPlainSegment);
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
