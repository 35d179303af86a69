import { constants, type ServerHttp2Stream } from 'node:http2';
import { NOT_RUN } from '../forward/headers.ts';

/** The status codes of gRPC that the gateway gives by itself. */
export const GRPC_STATUS = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;

/** How a call ends that no replica ends. */
export interface CallStatus {
  readonly code: keyof typeof GRPC_STATUS;
  readonly message: string;
  /** No replica has run the call. */
  readonly notRun?: boolean;
}

/** The status as headers, or as trailers. */
export function statusFields({ code, message, notRun }: CallStatus): Readonly<Record<string, string>> {
  // UTF-8 in which all but printable ASCII, and %, is escaped.
  const text = message.replace(/[^ -$&-~]+/g, encodeURIComponent);
  const fields = { 'grpc-status': String(GRPC_STATUS[code]), 'grpc-message': text };
  return notRun === true ? { ...fields, ...NOT_RUN } : fields;
}

/** Ends a call that has no answer yet. */
export function endWith(
  stream: ServerHttp2Stream,
  ids: Readonly<Record<string, string>>,
  status: CallStatus,
): void {
  if (stream.destroyed || stream.headersSent) return;
  const headers = { ':status': 200, 'content-type': 'application/grpc', ...ids, ...statusFields(status) };
  stream.respond(headers, { endStream: true });
  leave(stream);
}

/** What the caller still sends is not read, and it is told to leave off (RFC 9113, 8.1). */
export function leave(stream: ServerHttp2Stream): void {
  if (stream.readableEnded || stream.destroyed) return;
  stream.resume();
  if (!stream.endAfterHeaders) stream.close(constants.NGHTTP2_NO_ERROR);
}
