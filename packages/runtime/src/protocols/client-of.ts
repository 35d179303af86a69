import type { HttpRequest } from '@slipway/transport';

/** Where a gateway on the same machine calls from. */
const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/**
 * Who asks, so that clients can take turns: the address of the caller, or the one that the gateway saw, which it adds as
 * the last. From elsewhere that header is not believed: a caller could be as many clients as it likes.
 */
export function clientOf({
  headers,
  remoteAddress,
}: Pick<HttpRequest, 'headers' | 'remoteAddress'>): string | undefined {
  const forwarded = headers['x-forwarded-for'];
  if (forwarded === undefined || remoteAddress === undefined || !LOOPBACK.has(remoteAddress)) {
    return remoteAddress;
  }
  const chain = String(forwarded);
  return chain.slice(chain.lastIndexOf(',') + 1).trim();
}
