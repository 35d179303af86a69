import { ClientConnection, type ConnectionOwner } from './client-connection.ts';
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
  const waiting = new Set<WaitingExchange>();
  let timer: NodeJS.Timeout | undefined;

  const owner: ConnectionOwner = {
    options,
    free: (connection) => {
      const [next] = waiting;
      if (next !== undefined) {
        waiting.delete(next);
        next.begin(connection);
      } else idle.push(connection);
    },
    gone: (connection) => {
      connections.delete(connection);
      const at = idle.indexOf(connection);
      if (at >= 0) idle.splice(at, 1);
      const [next] = waiting;
      if (next !== undefined) {
        waiting.delete(next);
        next.begin(open());
      }
      if (connections.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };

  function open(): ClientConnection {
    const connection = new ClientConnection(owner);
    connections.add(connection);
    timer ??= setInterval(expire, CHECK_INTERVAL_MS);
    return connection;
  }

  function expire(): void {
    const now = performance.now();
    for (const connection of connections) connection.expire(now);
  }

  return {
    send: (request, reader) => {
      const free = idle.pop();
      if (free !== undefined) return free.begin(request, reader);
      if (connections.size < options.maxConnections) return open().begin(request, reader);
      const exchange = new WaitingExchange(request, reader, (gone) => waiting.delete(gone));
      waiting.add(exchange);
      return exchange;
    },
    close: () => {
      for (const exchange of waiting) exchange.abort();
      for (const connection of connections) connection.destroy();
    },
  };
}

/** An exchange that has no connection yet. */
class WaitingExchange implements Exchange {
  readonly #request: ClientRequest;
  readonly #reader: AnswerReader;
  readonly #leave: (exchange: WaitingExchange) => void;
  #exchange: Exchange | undefined;

  constructor(request: ClientRequest, reader: AnswerReader, leave: (exchange: WaitingExchange) => void) {
    this.#request = request;
    this.#reader = reader;
    this.#leave = leave;
  }

  begin(connection: ClientConnection): void {
    this.#exchange = connection.begin(this.#request, this.#reader);
  }

  abort(): void {
    if (this.#exchange === undefined) this.#leave(this);
    else this.#exchange.abort();
  }

  pause(): void {
    this.#exchange?.pause();
  }

  resume(): void {
    this.#exchange?.resume();
  }
}
