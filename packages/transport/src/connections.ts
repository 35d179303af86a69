import type { Server, Socket } from 'node:net';

/** All connections of a server, also those that have not yet agreed on a protocol, whom no protocol closes. */
export interface Connections {
  /** Those in clear whose first bytes have not come; the listener keeps it. */
  readonly undecided: Set<Socket>;
  destroyUndecided(): void;
  destroyAll(): void;
}

export function trackConnections(server: Server): Connections {
  const all = new Set<Socket>();
  const undecided = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    all.add(socket);
    socket.once('close', () => all.delete(socket));
  });
  return {
    undecided,
    destroyUndecided: () => destroyEach(undecided),
    destroyAll: () => destroyEach(all),
  };
}

function destroyEach(sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) socket.destroy();
}
