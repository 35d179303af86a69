import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/** Connections on which no request has begun: clients open them in advance, and Node does not count them as idle. */
export interface UnusedConnections {
  destroy(): void;
}

/** Keeps account of a server's unused connections; to be called before it listens. */
export function trackUnusedConnections(server: Server): UnusedConnections {
  const unused = new Set<Socket>();
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  return {
    destroy() {
      for (const socket of unused) socket.destroy();
    },
  };
}
