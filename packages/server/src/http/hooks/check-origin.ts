import { SlipwayError } from '@slipway/contract';
import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../loopback.ts';

/**
 * Refuses what a web page of another origin made a browser send: a `Host` that is not ours (a name that was rebound
 * to this machine), an `Origin` that is not the host asked, and what the browser itself calls cross-site.
 */
export function createOriginCheck(allowedHosts: readonly string[]) {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()));

  return async function checkOrigin(request: FastifyRequest): Promise<void> {
    const { host, origin } = request.headers;
    const name = hostName(host);
    if (name === undefined || !(isLoopback(name) || allowed.has(name))) throw wrongHost(host);
    if (origin !== undefined && !isSameHost(origin, host)) throw wrongOrigin(origin);
    const site = request.headers['sec-fetch-site'];
    if (site === 'cross-site' || site === 'same-site') throw wrongOrigin(`a ${site} page`);
  };
}

function hostName(host: string | undefined): string | undefined {
  return host === undefined ? undefined : /^(\[[^\]]*\]|[^:]*)(:[0-9]+)?$/.exec(host)?.[1]?.toLowerCase();
}

function isSameHost(origin: string, host: string | undefined): boolean {
  const match = /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase());
  return match?.[1] === host?.toLowerCase();
}

function wrongHost(host: string | undefined): SlipwayError {
  return new SlipwayError(
    'permission_denied',
    `This server is not called "${host ?? ''}". Call it by 127.0.0.1 or localhost, or start it with that name among its allowed hosts.`,
    { details: { header: 'host' } },
  );
}

function wrongOrigin(origin: string): SlipwayError {
  return new SlipwayError('permission_denied', `Requests that ${origin} makes a browser send are refused.`, {
    details: { header: 'origin' },
  });
}
