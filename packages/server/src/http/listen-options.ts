import { readFile } from 'node:fs/promises';
import { SlipwayError } from '@slipway/contract';
import { isLoopback } from '../loopback.ts';

/** Where the API listens. */
export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM files. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined;
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

/** A certificate with its key. */
export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The certificate and key of a TLS listener. Throws `invalid_argument` naming the file that cannot be read. */
export async function readTls({ certFile, keyFile }: NonNullable<ListenOptions['tls']>): Promise<Tls> {
  return { cert: await readPem(certFile, 'certFile'), key: await readPem(keyFile, 'keyFile') };
}

async function readPem(path: string, field: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new SlipwayError('invalid_argument', `${field} "${path}" cannot be read: ${String(cause)}.`, {
      details: { field },
      cause,
    });
  }
}
