/** What a listener puts up with. Times in milliseconds, sizes in bytes. */
export interface TransportLimits {
  /** From the connection, or the first byte of a further request, to the end of the headers. */
  readonly headerTimeoutMs: number;
  /** From the head of a request to its last byte, for callers that trickle a body. */
  readonly requestTimeoutMs: number;
  /** So long may an answer wait for a caller that takes nothing of it, by HTTP/1.1, HTTP/2 and gRPC. */
  readonly unreadTimeoutMs: number;
  /** A connection without a request is closed after this time. */
  readonly keepAliveTimeoutMs: number;
  readonly maxHeaderBytes: number;
  /** Connections at once; one more is closed unanswered. */
  readonly maxConnections: number;
  /** HTTP/2 requests at once on one connection. */
  readonly maxConcurrentStreams: number;
}

/** Limits for a port that anybody may call. */
export const DEFAULT_TRANSPORT_LIMITS: TransportLimits = Object.freeze({
  // Slow-loris callers hold a socket no longer than this.
  headerTimeoutMs: 10_000,
  // A body of 100 MB at 3 Mbit/s takes 270 s.
  requestTimeoutMs: 300_000,
  // As long as a body may take: callers on such lines read as slowly as they write.
  unreadTimeoutMs: 300_000,
  // Longer than the 60 s of common proxies, so that they close first and never race with a request.
  keepAliveTimeoutMs: 65_000,
  maxHeaderBytes: 16_384,
  // Below the 20,000 file descriptors of a usual process, with room for connections to replicas.
  maxConnections: 8_000,
  maxConcurrentStreams: 256,
});
