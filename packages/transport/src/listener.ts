import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { SlipwayError } from '@slipway/contract';
import { type CertificateFiles, readCertificate, watchCertificate } from './certificate.ts';
import type { HttpHandler, HttpRequest, HttpResponse } from './http-message.ts';
import { createHttp1Server } from './http1.ts';
import { createHttp2Sessions } from './http2.ts';
import { DEFAULT_TRANSPORT_LIMITS, type TransportLimits } from './limits.ts';
import { sniffProtocol } from './protocol-sniffer.ts';
import { createRequestsInFlight } from './requests-in-flight.ts';
import { waitAtMost } from './wait.ts';

/** After the last response, connections get this long to close by themselves. */
const CLOSE_GRACE_MS = 500;

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM files, read again whenever they change; `null`: in clear. */
  readonly tls: CertificateFiles | null;
  readonly limits?: Partial<TransportLimits> | undefined;
  readonly handler: HttpHandler;
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
  const sniffed = new Set<Socket>();
  const http2 = createHttp2Sessions(limits);
  const http1 = createHttp1Server(limits, certificate, accept, inFlight.hasBegun);
  const { server } = http1;
  for (const source of [server, http2.server]) {
    source.on('request', serve);
    // Without this, Node would ask for the body before the handler has seen how long it is.
    source.on('checkContinue', serve);
  }

  function accept(socket: Socket): void {
    if (socket instanceof TLSSocket) {
      if (socket.alpnProtocol === 'h2') http2.serve(socket);
      else http1.serve(socket);
      return;
    }
    sniffed.add(socket);
    sniffProtocol(socket, limits.headerTimeoutMs, {
      left: () => sniffed.delete(socket),
      http1: http1.serve,
      http2: http2.serve,
    });
  }

  function serve(request: HttpRequest, response: HttpResponse): void {
    inFlight.add(request, response);
    // A connection that breaks shows in 'close'; without a listener its error would be thrown.
    response.on('error', ignore);
    try {
      const answered = options.handler(request, response);
      if (answered instanceof Promise) answered.catch((error) => answerDefect(error, response));
    } catch (error) {
      answerDefect(error, response);
    }
  }

  function answerDefect(error: unknown, response: HttpResponse): void {
    options.onError(
      new SlipwayError('internal', 'A request could not be answered because of a defect.', { cause: error }),
    );
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: 'An internal server error occurred.' }));
  }

  const port = await listen(server, options.host, options.port);
  const watch =
    options.tls === null || certificate === null
      ? undefined
      : watchCertificate(options.tls, certificate, {
          changed: http1.renew,
          failed: options.onError,
        });

  function stopAccepting(): Promise<void> {
    watch?.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sniffed) socket.destroy();
    return closed;
  }

  function cutOff(): void {
    http2.destroy();
    server.closeAllConnections();
  }

  return {
    port,
    drain: async (graceMs) => {
      const closed = stopAccepting();
      inFlight.askToClose();
      http2.close();
      const clean = await waitAtMost(inFlight.settled(), graceMs);
      server.closeIdleConnections();
      await waitAtMost(closed, CLOSE_GRACE_MS);
      cutOff();
      await closed;
      return clean;
    },
    close: async () => {
      const closed = stopAccepting();
      cutOff();
      await closed;
    },
  };
}

function ignore(): void {}

function listen(server: Server, host: string, port: number): Promise<number> {
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
