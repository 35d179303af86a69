import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { SlipwayError } from '@slipway/contract';
import { type CertificateFiles, readCertificate, watchCertificate } from './certificate.ts';
import { trackConnections } from './connections.ts';
import { type CallHandler, refuseGrpc } from './grpc-call.ts';
import type { HttpHandler } from './http-message.ts';
import { createHttp1Connections } from './http1/server.ts';
import { createHttp2Sessions } from './http2/sessions.ts';
import { DEFAULT_TRANSPORT_LIMITS, type TransportLimits } from './limits.ts';
import { listen } from './listen.ts';
import { createPortServer } from './port-server.ts';
import { sniffProtocol } from './protocol-sniffer.ts';
import { createRequestsInFlight } from './requests-in-flight.ts';
import { createServeCall, createServeRequest } from './serve-request.ts';
import { waitAtMost } from './wait.ts';

/** After the last response, connections get this long to close by themselves. */
const CLOSE_GRACE_MS = 500;

const NOTHING = Buffer.alloc(0);

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM files, read again whenever they change; `null`: in clear. */
  readonly tls: CertificateFiles | null;
  readonly limits?: Partial<TransportLimits> | undefined;
  readonly handler: HttpHandler;
  /** Serves the calls of gRPC; absent: they are requests like others, for `handler`. */
  readonly onCall?: CallHandler | undefined;
  /** Told of what no caller can be told: a defect in the handler, a new certificate that cannot be used. */
  readonly onError: (error: SlipwayError) => void;
}

/** One port that speaks HTTP/1.1 and HTTP/2. */
export interface Listener {
  readonly port: number;
  /**
   * Accepts no further connection, answers what has begun (HTTP/1.1 with `connection: close`, HTTP/2 after GOAWAY),
   * and closes. True if all of it was answered within `graceMs`; what was not is cut off.
   */
  drain(graceMs: number): Promise<boolean>;
  /** Cuts everything off. */
  close(): Promise<void>;
}

/**
 * Listens for HTTP/1.1 and HTTP/2 on one port: over TLS the protocol is agreed by ALPN, in clear it shows in the
 * first bytes. Throws `conflict` if the port is taken, `permission_denied` if it may not be used, `invalid_argument`
 * if host or certificate are not usable.
 */
export async function createListener(options: ListenerOptions): Promise<Listener> {
  const limits: TransportLimits = Object.freeze({ ...DEFAULT_TRANSPORT_LIMITS, ...options.limits });
  const certificate = options.tls === null ? null : await readCertificate(options.tls);
  const inFlight = createRequestsInFlight();
  const { handler, onCall, onError } = options;
  const serve = createServeRequest(handler, inFlight, onError);
  const serveCall = onCall && createServeCall(onCall, inFlight, onError);
  const serveHttp1 = onCall ? createServeRequest(refuseGrpc(handler), inFlight, onError) : serve;
  const http1 = createHttp1Connections(limits, serveHttp1);
  const http2 = createHttp2Sessions(limits, serve, serveCall);
  const { server, renew } = createPortServer(limits, certificate, accept);
  const connections = trackConnections(server);
  const port = await listen(server, options.host, options.port);
  const watch =
    options.tls === null || certificate === null
      ? undefined
      : watchCertificate(options.tls, certificate, { changed: renew, failed: options.onError });

  function accept(socket: Socket): void {
    if (socket instanceof TLSSocket) {
      const protocol = socket.alpnProtocol === 'h2' ? http2 : http1;
      protocol.serve(socket, NOTHING);
    } else sniff(socket);
  }

  function sniff(socket: Socket): void {
    connections.undecided.add(socket);
    sniffProtocol(socket, limits.headerTimeoutMs, {
      left: () => connections.undecided.delete(socket),
      http1: http1.serve,
      http2: http2.serve,
    });
  }

  function stopAccepting(): Promise<void> {
    watch?.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    connections.destroyUndecided();
    return closed;
  }

  async function cutOff(closed: Promise<void>): Promise<void> {
    http2.destroy();
    connections.destroyAll();
    await closed;
  }

  return {
    port,
    drain: async (graceMs) => {
      const closed = stopAccepting();
      http1.close();
      http2.close();
      const clean = await waitAtMost(inFlight.settled(), graceMs);
      await waitAtMost(closed, CLOSE_GRACE_MS);
      await cutOff(closed);
      return clean;
    },
    close: () => cutOff(stopAccepting()),
  };
}
