import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type OutgoingHttpHeaders,
} from 'node:http2';

/** Calls at once on one connection: what a replica allows is more, so that none waits for another unseen. */
const MAX_CALLS_PER_SESSION = 128;

/** Together as many calls at once as requests of HTTP/1.1. */
const MAX_SESSIONS = 8;

/** As the replica's own: a tensor travels without waiting for a window, in few frames. */
const STREAM_WINDOW_BYTES = 4 * 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024;
const MAX_FRAME_BYTES = 1024 * 1024;
const MAX_SESSION_MEMORY_MB = 64;

export interface ReplicaCallsOptions {
  /** `host:port` */
  readonly address: string;
  readonly connectTimeoutMs: number;
  /** A connection that carries nothing is closed after this time. */
  readonly idleTimeoutMs: number;
}

/** A call on its way to a replica. */
export interface ReplicaCall {
  readonly stream: ClientHttp2Stream;
  /** False while, or if, there was no connection: the replica has seen nothing. */
  readonly isConnected: () => boolean;
}

/** The connections over which calls go to one replica. */
export interface ReplicaCalls {
  /** Opens a call on the connection that has the fewest; `undefined` if all are full. */
  open(headers: OutgoingHttpHeaders): ReplicaCall | undefined;
  /** Closes all connections; what is under way fails. */
  close(): void;
}

interface Carrier {
  readonly session: ClientHttp2Session;
  calls: number;
  isConnected: boolean;
}

export function createReplicaCalls(options: ReplicaCallsOptions): ReplicaCalls {
  const carriers = new Set<Carrier>();

  function choose(): Carrier | undefined {
    let best: Carrier | undefined;
    for (const carrier of carriers) {
      const { session, calls } = carrier;
      // A replica that drains says so by GOAWAY, which closes the session for new calls.
      if (session.closed || session.destroyed) continue;
      if (calls < (best?.calls ?? MAX_CALLS_PER_SESSION)) best = carrier;
    }
    return best ?? (carriers.size < MAX_SESSIONS ? connectAnother() : undefined);
  }

  function connectAnother(): Carrier {
    const session = connect(`http://${options.address}`, {
      maxSessionMemory: MAX_SESSION_MEMORY_MB,
      settings: {
        enablePush: false,
        initialWindowSize: STREAM_WINDOW_BYTES,
        maxFrameSize: MAX_FRAME_BYTES,
      },
    });
    const carrier: Carrier = { session, calls: 0, isConnected: false };
    carriers.add(carrier);
    // What goes wrong with it shows in its calls; without a listener it would be thrown.
    session.on('error', () => {});
    const giveUp = setTimeout(
      () => session.destroy(new Error('No connection in time.')),
      options.connectTimeoutMs,
    );
    session.once('connect', () => {
      clearTimeout(giveUp);
      carrier.isConnected = true;
      session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
      session.setTimeout(options.idleTimeoutMs, () => {
        if (carrier.calls === 0) session.close();
      });
    });
    session.once('close', () => {
      clearTimeout(giveUp);
      carriers.delete(carrier);
    });
    return carrier;
  }

  return {
    open: (headers) => {
      const carrier = choose();
      if (carrier === undefined) return undefined;
      const stream = carrier.session.request(headers, { endStream: false });
      carrier.calls += 1;
      stream.once('close', () => {
        carrier.calls -= 1;
      });
      return { stream, isConnected: () => carrier.isConnected };
    },
    close: () => {
      for (const { session } of carriers) session.destroy();
    },
  };
}
