import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import type { CertificatePair } from './certificate.ts';
import type { TransportLimits } from './limits.ts';

/** A server that accepts connections and leaves what is spoken on them to others. */
export interface PortServer {
  readonly server: Server;
  /** Uses another certificate for connections from now on. */
  renew(certificate: CertificatePair): void;
}

/** Makes the server, in clear or over TLS, and gives every connection, once it is decrypted, to `accept`. */
export function createPortServer(
  limits: TransportLimits,
  certificate: CertificatePair | null,
  accept: (socket: Socket) => void,
): PortServer {
  const secure = certificate === null ? null : createSecure(limits, certificate);
  const server = secure ?? createServer({ allowHalfOpen: true, noDelay: true });
  server.maxConnections = limits.maxConnections;
  server.on(secure === null ? 'connection' : 'secureConnection', accept);
  return { server, renew: (pair) => secure?.setSecureContext(pair) };
}

function createSecure(limits: TransportLimits, certificate: CertificatePair): TlsServer {
  const server = createTlsServer({
    ...certificate,
    allowHalfOpen: true,
    noDelay: true,
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: limits.headerTimeoutMs,
  });
  // A handshake that fails is the caller's doing, and ends its connection alone.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}
