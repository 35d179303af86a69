import { SlipwayError, systemCode } from '@slipway/contract';
import { publicUrl } from '../public-url.ts';
import type { App } from './app.ts';
import type { ListenOptions } from './listen-options.ts';

/** The address at which a listening application is called: `http://127.0.0.1:7070`. */
export function addressOf(app: App, { host, tls, publicHost }: ListenOptions): string {
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return publicUrl({ host, port, secure: tls !== undefined, publicHost });
}

/** What listening threw, as an error that says what to do; anything else comes back unchanged. */
export function listenError(cause: unknown, { host, port }: ListenOptions): unknown {
  if (systemCode(cause) !== 'EADDRINUSE') return cause;
  return new SlipwayError(
    'conflict',
    `Port ${port} on ${host} is taken by another program. Stop it, or choose another port with --port or SLIPWAY_PORT.`,
    { details: { field: 'port', host, port }, cause },
  );
}
