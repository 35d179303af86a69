import type { AddressInfo, Server } from 'node:net';
import { SlipwayError } from '@slipway/contract';

/** Binds the server and returns its port. Throws `conflict`, `permission_denied` or `invalid_argument`. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): SlipwayError {
  const details = { host, port };
  switch (error.code) {
    case 'EADDRINUSE':
      return new SlipwayError(
        'conflict',
        `Port ${port} on ${host} is in use by another process. Stop that process or choose another port.`,
        { details, cause: error },
      );
    case 'EACCES':
      return new SlipwayError(
        'permission_denied',
        `This user may not listen on port ${port}. Choose a port from 1024.`,
        { details, cause: error },
      );
    default:
      return new SlipwayError(
        'invalid_argument',
        `Cannot listen on ${host}, port ${port}: ${error.message}. Choose an address of this machine.`,
        { details, cause: error },
      );
  }
}
