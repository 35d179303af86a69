import type { TransportLimits } from '../limits.ts';
import { type CallerSocket, type ConnectionHost, Http1Connection } from './connection.ts';

/** How often connections are looked at that may be over their time; short limits are looked at more often. */
const MAX_CHECK_INTERVAL_MS = 1_000;

/** The HTTP/1.1 connections of a listener. */
export interface Http1Connections {
  /** Takes a connection that speaks HTTP/1.1, and the bytes that were read of it. */
  serve(socket: CallerSocket, first: Buffer): void;
  /** Closes idle connections now and the others after their answer. */
  close(): void;
}

export function createHttp1Connections(
  limits: TransportLimits,
  serve: ConnectionHost['serve'],
): Http1Connections {
  const connections = new Set<Http1Connection>();
  let timer: NodeJS.Timeout | undefined;
  let isClosing = false;
  const host: ConnectionHost = {
    limits,
    get isClosing() {
      return isClosing;
    },
    serve,
  };

  function expire(): void {
    const now = performance.now();
    for (const connection of connections) connection.expire(now);
  }

  function remove(connection: Http1Connection): void {
    connections.delete(connection);
    if (connections.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    serve: (socket, first) => {
      const connection = new Http1Connection(socket, first, host);
      connections.add(connection);
      socket.once('close', () => remove(connection));
      timer ??= setInterval(expire, checkInterval(limits));
    },
    close: () => {
      isClosing = true;
      for (const connection of connections) connection.closeIfIdle();
    },
  };
}

function checkInterval(limits: TransportLimits): number {
  const { headerTimeoutMs, requestTimeoutMs, unreadTimeoutMs, keepAliveTimeoutMs } = limits;
  return Math.min(
    MAX_CHECK_INTERVAL_MS,
    headerTimeoutMs,
    requestTimeoutMs,
    unreadTimeoutMs,
    keepAliveTimeoutMs,
  );
}
