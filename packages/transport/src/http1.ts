import { createServer as createHttpServer, type Server as HttpServer, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { CertificatePair } from './certificate.ts';
import { answerForClientError, clientErrorBytes } from './client-error.ts';
import type { TransportLimits } from './limits.ts';

/** How often Node looks for requests that are over their time; short limits are looked at more often. */
const TIMEOUT_CHECK_INTERVAL_MS = 1_000;

/** How long a caller may take to read why it was refused. */
const LINGER_MS = 1_000;

/** An HTTP/1.1 server that owns the port: it accepts all connections, also those of other protocols. */
export interface Http1Server {
  readonly server: HttpServer;
  /** Takes a connection that speaks HTTP/1.1. */
  serve(socket: Socket): void;
  /** Uses another certificate for connections from now on. */
  renew(certificate: CertificatePair): void;
}

/** True if part of a response has already been written to this connection. */
type HasBegun = (socket: Duplex) => boolean;

/** Makes the HTTP/1.1 server, and gives every accepted connection (decrypted) to `accept` instead of serving it. */
export function createHttp1Server(
  limits: TransportLimits,
  certificate: CertificatePair | null,
  accept: (socket: Socket) => void,
  hasBegun: HasBegun,
): Http1Server {
  const secure = certificate === null ? null : createSecure(limits, certificate);
  const server = secure ?? createClear(limits);
  server.maxConnections = limits.maxConnections;
  server.on('clientError', (error, socket) => answerClientError(error, socket, hasBegun));
  return {
    server,
    serve: takeConnections(server, secure === null ? 'connection' : 'secureConnection', accept),
    renew: (pair) => secure?.setSecureContext(pair),
  };
}

function createClear(limits: TransportLimits): HttpServer {
  return createHttpServer(serverOptions(limits));
}

function createSecure(limits: TransportLimits, certificate: CertificatePair): HttpsServer {
  return createHttpsServer({
    ...serverOptions(limits),
    ...certificate,
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: limits.headerTimeoutMs,
  });
}

function serverOptions(limits: TransportLimits): ServerOptions {
  return {
    headersTimeout: Math.min(limits.headerTimeoutMs, limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_INTERVAL_MS, limits.headerTimeoutMs),
    noDelay: true,
  };
}

/**
 * Puts `accept` in place of the server's own listener for new connections and returns that listener. The
 * server keeps listening itself, because only a listening one watches its timeouts.
 */
function takeConnections(
  server: HttpServer,
  event: 'connection' | 'secureConnection',
  accept: (socket: Socket) => void,
): (socket: Socket) => void {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  server.on(event, accept);
  return (socket) => {
    // A connection that waits for its protocol is paused; this server's parser wants it to flow.
    for (const listener of listeners) listener.call(server, socket);
    socket.resume();
  };
}

/** Tells the caller what was wrong and closes, unless a response has begun: then there is no room for another. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, hasBegun: HasBegun): void {
  if (!socket.writable || error.code === 'ECONNRESET' || hasBegun(socket)) {
    socket.destroy();
    return;
  }
  socket.end(clientErrorBytes(answerForClientError(error.code)));
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
