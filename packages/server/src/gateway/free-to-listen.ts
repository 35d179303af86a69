import { once } from 'node:events';
import { createServer } from 'node:net';
import { SlipwayError, systemCode } from '@slipway/contract';

/**
 * Throws `conflict`, naming port and option, if nobody can listen there because somebody does, and
 * `invalid_argument` if the address is none of this machine or the port is not for this user.
 */
export async function checkFreeToListen(host: string, port: number, option: string): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
  } catch (thrown) {
    throw listenError(thrown, host, port, option);
  }
}

/** An error of `listen` in words; anything else comes back unchanged. */
export function listenError(thrown: unknown, host: string, port: number, option: string): unknown {
  const code = systemCode(thrown);
  const details = { host, port, option };
  if (code === 'EADDRINUSE') {
    return new SlipwayError(
      'conflict',
      `Port ${port} of ${host} is in use by another program: stop that one, or choose another port with ${option}.`,
      { details, cause: thrown },
    );
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new SlipwayError(
      'invalid_argument',
      `Nobody can listen on port ${port} of ${host} here (${code}): choose another port with ${option}, or another address.`,
      { details, cause: thrown },
    );
  }
  return thrown;
}
