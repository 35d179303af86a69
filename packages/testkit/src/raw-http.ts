import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestScope } from './cleanup.ts';
import { onTestEnd } from './cleanup.ts';

/** A connection on which a test says what no HTTP client would. */
export interface RawConnection {
  readonly socket: Socket;
  /** What has come back until now. */
  received(): string;
  /** Settles with all that came back when the other side has closed or reset the connection. */
  readonly closed: Promise<string>;
}

/** Opens a connection to 127.0.0.1 and sends `text`; it is destroyed when the test ends. */
export async function openRaw(scope: TestScope, port: number, text: string): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  onTestEnd(scope, () => void socket.destroy());
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received += chunk;
  });
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => {
    socket.once('close', () => resolve(received));
  });
  await once(socket, 'connect');
  if (text !== '') socket.write(text, 'latin1');
  return { socket, received: () => received, closed };
}
