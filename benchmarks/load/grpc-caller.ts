import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import type { Address } from './http-connection.ts';
import type { Caller } from './load.ts';

/** As much as a call sends without waiting to be allowed more; the stock clients of C++ grow theirs likewise. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** Messages of all callers may wait to be sent; with the usual 10 the client would refuse answers meanwhile. */
const MAX_SESSION_MEMORY_MB = 256;

/** A call whose message is made beforehand, because the load generator shares the cores with what it measures. */
export interface PreparedCall {
  /** `/<service>/<method>` */
  readonly path: string;
  readonly message: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Callers that make the same call again and again, all over one connection: that is how clients of gRPC share a channel.
 * The connection is closed with the last of them.
 */
export function grpcCallers(address: Address, call: PreparedCall): () => Promise<Caller> {
  const frame = framed(call.message);
  let connecting: Promise<ClientHttp2Session> | undefined;
  let open = 0;
  return async () => {
    open += 1;
    connecting ??= connected(address);
    const session = await connecting;
    return {
      call: () => callOnce(session, call, frame),
      close: async () => {
        open -= 1;
        if (open > 0) return;
        connecting = undefined;
        // One that the other side has closed meanwhile tells nobody that it is closed once more.
        if (!session.closed) await new Promise<void>((resolve) => session.close(resolve));
      },
    };
  };
}

async function connected({ host, port }: Address): Promise<ClientHttp2Session> {
  const session = connect(`http://${host}:${port}`, {
    maxSessionMemory: MAX_SESSION_MEMORY_MB,
    settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
  });
  await once(session, 'connect');
  return session;
}

/** A message behind the prefix that gRPC has: not compressed, and its length. */
function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Rejects unless the status is 0. */
function callOnce(
  session: ClientHttp2Session,
  { path, headers }: PreparedCall,
  frame: Buffer,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    let status: unknown;
    stream.on('response', (found) => {
      status = found['grpc-status'];
    });
    stream.on('trailers', (found) => {
      status = found['grpc-status'];
    });
    stream.on('error', reject);
    // A connection that the other side had closed meanwhile tells no more than this.
    stream.on('close', () => reject(new Error('The connection was closed before the answer.')));
    stream.on('end', () => (status === '0' ? resolve() : reject(new Error(`Answered status ${status}.`))));
    stream.resume();
    stream.end(frame);
  });
}
