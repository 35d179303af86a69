import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { type CallHandler, isGrpc } from '../grpc-call.ts';
import type { TransportLimits } from '../limits.ts';
import { keepAlive } from './keep-alive.ts';
import { OpenStreams } from './open-streams.ts';
import { Http2Request } from './request.ts';
import { Http2Response } from './response.ts';

/** A request's worth of flow control: one image or tensor travels without waiting for a window update. */
const STREAM_WINDOW_BYTES = 4 * 1024 * 1024;

/** What one connection may have under way over all its requests. */
const CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024;

/** Fewer, larger frames: each costs a callback. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** Megabytes that a connection may hold in all, its windows in both directions included. */
const MAX_SESSION_MEMORY_MB = 64;

/** How often a connection is looked at; short limits are looked at more often. */
const MAX_CHECK_INTERVAL_MS = 1_000;

/** The HTTP/2 connections of a listener. */
export interface Http2Sessions {
  /** Takes a connection that speaks HTTP/2, and the bytes that were read of it. */
  serve(socket: Socket, first: Buffer): void;
  /** Tells every caller to make no further request (GOAWAY); connections close when theirs are answered. */
  close(): void;
  destroy(): void;
}

/** `serve` answers every request; `serveCall`, where there is one, every call of gRPC instead. */
export function createHttp2Sessions(
  limits: TransportLimits,
  serve: (request: Http2Request, response: Http2Response) => void,
  serveCall: CallHandler | undefined,
): Http2Sessions {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer({
    maxSessionMemory: MAX_SESSION_MEMORY_MB,
    settings: {
      enablePush: false,
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxFrameSize: MAX_FRAME_BYTES,
      maxConcurrentStreams: limits.maxConcurrentStreams,
      maxHeaderListSize: limits.maxHeaderBytes,
    },
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    watchStreams(session, limits);
    keepAlive(session, limits.keepAliveTimeoutMs);
  });
  server.on('stream', (stream, headers) => {
    if (serveCall !== undefined && isGrpc(headers['content-type'])) return serveCall(stream, headers);
    cancelWhenTrickling(stream, limits.requestTimeoutMs);
    serve(new Http2Request(stream, headers), new Http2Response(stream, headers));
  });
  // A session's error ends that connection only, and it is the caller's doing; without a listener it would be thrown.
  server.on('sessionError', () => {});
  return {
    serve: (socket, first) => {
      if (first.length > 0) {
        // The session reads from the handle itself, which must be free for it.
        socket.pause();
        socket.unshift(first);
      }
      // HTTP/1.1 lets a caller end its side and wait for the answer; a session would never end then.
      socket.allowHalfOpen = false;
      server.emit('connection', socket);
    },
    close: () => {
      for (const session of sessions) session.close();
    },
    destroy: () => {
      for (const session of sessions) session.destroy();
    },
  };
}

/**
 * Ends a connection that has carried no request for `keepAliveTimeoutMs`, and requests whose answers nobody reads.
 * Counted in requests and not in bytes, so that neither pings nor header fragments keep a connection.
 */
function watchStreams(session: ServerHttp2Session, limits: TransportLimits): void {
  const { keepAliveTimeoutMs, unreadTimeoutMs } = limits;
  const streams = new OpenStreams();
  session.on('stream', (stream) => streams.add(stream));
  const timer = setInterval(look, Math.min(MAX_CHECK_INTERVAL_MS, keepAliveTimeoutMs, unreadTimeoutMs));
  session.once('close', () => clearInterval(timer));

  function look(): void {
    const now = performance.now();
    streams.resetStalled(now, unreadTimeoutMs);
    const idleMs = streams.idleMs(now);
    // Header fragments of a request that never was do not end by themselves.
    if (idleMs >= 2 * keepAliveTimeoutMs) session.destroy();
    else if (idleMs >= keepAliveTimeoutMs && !session.closed) session.close();
  }
}

/** Gives a request up whose body has not arrived within `timeoutMs`. */
function cancelWhenTrickling(stream: ServerHttp2Stream, timeoutMs: number): void {
  if (stream.endAfterHeaders) return;
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), timeoutMs);
  const clear = () => clearTimeout(timer);
  stream.once('end', clear);
  stream.once('close', clear);
}
