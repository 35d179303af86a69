import { ClientConnection, type ConnectionOwner } from './client-connection.ts';
import { ClientExchange } from './client-exchange.ts';
import type { AnswerReader, ClientRequest, Exchange } from './exchange.ts';

export interface ClientOptions {
  readonly host: string;
  readonly port: number;
  /** At once; further requests wait for one. */
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  /** A connection that carries nothing is closed after this time; less than the server's, or both would race. */
  readonly idleTimeoutMs: number;
  /** An answer that stops in the middle for this long is given up. */
  readonly stallTimeoutMs: number;
}

/** Sends requests to one server by HTTP/1.1, over connections that are used again. */
export interface HttpClient {
  /** Sends a request as soon as there is a connection. The reader's `failed` is called at most once, and last. */
  send(request: ClientRequest, reader: AnswerReader): Exchange;
  /** Closes all connections; what is under way fails. */
  close(): void;
}

/** How often connections are looked at that may be over their time. */
const CHECK_INTERVAL_MS = 1_000;

export function createHttpClient(options: ClientOptions): HttpClient {
  const connections = new Set<ClientConnection>();
  /** The one that was used last is used next, so that the others can become idle. */
  const idle: ClientConnection[] = [];
  const waiting = new Set<ClientExchange>();
  let timer: NodeJS.Timeout | undefined;

  const owner: ConnectionOwner = {
    options,
    free: (connection) => {
      const next = takeWaiting();
      if (next !== undefined) connection.begin(next);
      else idle.push(connection);
    },
    gone: (connection) => {
      connections.delete(connection);
      const at = idle.indexOf(connection);
      if (at >= 0) idle.splice(at, 1);
      const next = takeWaiting();
      if (next !== undefined) open().begin(next);
      if (connections.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };

  function takeWaiting(): ClientExchange | undefined {
    const [next] = waiting;
    if (next !== undefined) waiting.delete(next);
    return next;
  }

  function takeIdle(): ClientConnection | undefined {
    let connection = idle.pop();
    while (connection !== undefined && !connection.isUsable) connection = idle.pop();
    return connection;
  }

  function open(): ClientConnection {
    const connection = new ClientConnection(owner);
    connections.add(connection);
    timer ??= setInterval(expire, CHECK_INTERVAL_MS);
    return connection;
  }

  function wait(exchange: ClientExchange): void {
    waiting.add(exchange);
    exchange.carriedBy({ abort: () => waiting.delete(exchange), pause: ignore, resume: ignore });
  }

  function expire(): void {
    const now = performance.now();
    for (const connection of connections) connection.expire(now);
  }

  return {
    send: (request, reader) => {
      const exchange = new ClientExchange(options, request, reader);
      const connection = takeIdle() ?? (connections.size < options.maxConnections ? open() : undefined);
      if (connection === undefined) wait(exchange);
      else connection.begin(exchange);
      return exchange;
    },
    close: () => {
      for (let next = takeWaiting(); next !== undefined; next = takeWaiting()) {
        next.carriedBy(undefined);
        next.reader.failed(new Error('The client is closed.'), 'connecting');
      }
      for (const connection of connections) connection.destroy();
    },
  };
}

function ignore(): void {}
