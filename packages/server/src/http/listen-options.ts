import { SlipwayError } from '@slipway/contract';
import type { CertificateFiles } from '@slipway/transport';
import { isLoopback } from '../loopback.ts';

/** Where the API listens. */
export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM files, read again whenever they change. */
  readonly tls?: CertificateFiles | undefined;
  /** The name that clients call this machine by, besides loopback names and `host`. */
  readonly publicHost?: string | undefined;
}

/** Refuses to send the token in clear over a network. Throws `invalid_argument`. */
export function checkListenOptions({ host, tls }: ListenOptions): void {
  if (tls !== undefined || isLoopback(host)) return;
  throw new SlipwayError(
    'invalid_argument',
    `The API does not listen on "${host}" without TLS, because its token would cross the network in clear. Give a certificate and a key, or listen on 127.0.0.1.`,
    { details: { field: 'host' } },
  );
}
