import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type HttpResponse, responseReader } from './response-reader.ts';

/** No server that is worth measuring takes longer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 30_000;

export interface HttpConnection {
  /** Sends the bytes of one request and waits for its answer; one at a time. Rejects if the connection breaks. */
  exchange(request: Uint8Array): Promise<HttpResponse>;
  close(): void;
}

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * A kept-alive HTTP/1.1 connection straight on a socket: the generator shares the machine with what it measures,
 * so it must cost little.
 */
export async function openConnection({ host, port }: Address): Promise<HttpConnection> {
  const socket = connect({ host, port, noDelay: true });
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => {
    socket.destroy(new Error(`No answer within ${ANSWER_TIMEOUT_MS} ms.`));
  });
  await once(socket, 'connect');
  const waiting = answersOf(socket);
  return {
    exchange(request) {
      if (socket.destroyed) return Promise.reject(new Error('The connection is closed.'));
      return new Promise((resolve, reject) => {
        waiting.resolve = resolve;
        waiting.reject = reject;
        socket.write(request);
      });
    },
    close: () => void socket.destroy(),
  };
}

interface Waiting {
  resolve: (response: HttpResponse) => void;
  reject: (error: Error) => void;
}

function answersOf(socket: Socket): Waiting {
  const waiting: Waiting = { resolve: () => undefined, reject: () => undefined };
  const reader = responseReader();
  socket.on('data', (chunk) => {
    try {
      const response = reader.push(chunk);
      if (response !== undefined) waiting.resolve(response);
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  socket.on('error', (error) => waiting.reject(error));
  socket.on('close', () => waiting.reject(new Error('The server closed the connection.')));
  return waiting;
}
