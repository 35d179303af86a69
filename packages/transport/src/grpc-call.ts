import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { HttpHandler } from './http-message.ts';

/**
 * Serves one call of gRPC, which is a stream of HTTP/2 and ends with trailers. How long a message may take to come is
 * the handler's to bound: a call may go on for as long as both sides like. What it throws is a defect.
 */
export type CallHandler = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

const ONLY_HTTP2 = JSON.stringify({ message: 'gRPC is spoken over HTTP/2 alone; this is HTTP/1.1.' });

/** True for the content types of gRPC, of which gRPC-Web is none. */
export function isGrpc(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(?:[+;]|$)/i.test(contentType);
}

/** Tells whoever calls by gRPC over HTTP/1.1, through a proxy say, why that is not answered (505). */
export function refuseGrpc(handler: HttpHandler): HttpHandler {
  return (request, response) => {
    if (!isGrpc(request.headers['content-type'])) return handler(request, response);
    response.send(505, { 'content-type': 'application/json' }, ONLY_HTTP2);
  };
}
