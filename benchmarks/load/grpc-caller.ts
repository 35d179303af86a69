import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import type { Address } from './http-connection.ts';
import type { Caller } from './load.ts';

/** As much as a call sends without waiting to be allowed more; the stock clients of C++ grow theirs likewise. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** A call whose message is made beforehand, because the load generator shares the cores with what it measures. */
export interface PreparedCall {
  /** `/<service>/<method>` */
  readonly path: string;
  readonly message: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes the same call again and again over one connection. */
export async function grpcCaller(address: Address, call: PreparedCall): Promise<Caller> {
  const session = connect(`http://${address.host}:${address.port}`, {
    settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
  });
  await once(session, 'connect');
  const frame = framed(call.message);
  return {
    call: () => callOnce(session, call, frame),
    close: () => new Promise<void>((resolve) => session.close(resolve)),
  };
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
    stream.on('end', () => (status === '0' ? resolve() : reject(new Error(`Answered status ${status}.`))));
    stream.resume();
    stream.end(frame);
  });
}
