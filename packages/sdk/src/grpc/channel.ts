import { Client, type ClientOptions, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { SlipwayError } from '@slipway/contract';
import { secureContext, type TlsOptions } from '../node-client/node-http.ts';

/** Names the service behind a gateway, as the clients of Azure's accelerated models do. */
const ROUTE_METADATA = 'x-ms-aml-grpc-service-route';

/** Milliseconds after which a lost connection is tried again: our own repeats come sooner than grpc-js's second. */
const RECONNECT_MS = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1_000 };

/** Where calls go. */
export interface GrpcAddress {
  readonly host: string;
  readonly isSecure: boolean;
  /** The path of the service behind a gateway, `/api/v1/service/<name>`. */
  readonly route: string | undefined;
}

/** One call: its method and its message. */
export interface GrpcCall {
  readonly method: string;
  readonly message: Uint8Array<ArrayBuffer>;
  readonly credential: string | undefined;
}

/** The connection to one address. */
export interface Channel {
  /** The answer's message. Throws `ServiceError`. */
  readonly call: (call: GrpcCall, signal: AbortSignal, leftMs: number) => Promise<Uint8Array>;
  readonly close: () => void;
}

/** The address in the URL of a service. Throws `invalid_argument` if it is none. */
export function grpcAddress(url: string): GrpcAddress {
  const { protocol, hostname, port, pathname } = URL.canParse(url) ? new URL(url) : noUrl(url);
  if (protocol !== 'http:' && protocol !== 'https:') noUrl(url);
  const isSecure = protocol === 'https:';
  const [route] = /^\/api\/v1\/service\/[^/]+/.exec(pathname) ?? [];
  return { host: `${hostname}:${port || (isSecure ? '443' : '80')}`, isSecure, route };
}

function noUrl(url: string): never {
  throw new SlipwayError(
    'invalid_argument',
    `"${url}" is no URL of a service: it begins with http:// or https://.`,
    {
      details: { field: 'url' },
    },
  );
}

/** Opens a channel, which connects with the first call. */
export function openChannel(
  address: GrpcAddress,
  tls: TlsOptions | undefined,
  maxAnswerBytes: number,
): Channel {
  const options: ClientOptions = {
    ...RECONNECT_MS,
    'grpc.max_receive_message_length': maxAnswerBytes,
    'grpc.max_send_message_length': -1,
  };
  const client = new Client(address.host, channelCredentials(address, tls), options);
  return { call, close: () => client.close() };

  function call({ method, message, credential }: GrpcCall, signal: AbortSignal, leftMs: number) {
    return new Promise<Uint8Array>((resolve, reject) => {
      const running = client.makeUnaryRequest(
        method,
        (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        (bytes: Buffer) => new Uint8Array(bytes),
        message,
        metadataOf(address, credential),
        { deadline: Date.now() + leftMs },
        (error: ServiceError | null, answer?: Uint8Array) => {
          signal.removeEventListener('abort', cancel);
          if (error !== null) reject(error);
          else resolve(answer ?? new Uint8Array(0));
        },
      );
      const cancel = (): void => running.cancel();
      signal.addEventListener('abort', cancel);
      if (signal.aborted) cancel();
    });
  }
}

function channelCredentials({ isSecure }: GrpcAddress, tls: TlsOptions | undefined) {
  if (!isSecure) return credentials.createInsecure();
  const { ca, cert, key } = secureContext(tls);
  return credentials.createSsl(
    ca === undefined ? null : Buffer.from([ca].flat().join('\n')),
    key === undefined ? null : Buffer.from(key),
    cert === undefined ? null : Buffer.from(cert),
  );
}

function metadataOf({ route }: GrpcAddress, credential: string | undefined): Metadata {
  const metadata = new Metadata();
  if (credential !== undefined) metadata.set('authorization', `Bearer ${credential}`);
  if (route !== undefined) metadata.set(ROUTE_METADATA, route);
  return metadata;
}
