import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { SlipwayError } from '@slipway/contract';
import { type CallHandler, DEFAULT_TRANSPORT_LIMITS } from '@slipway/transport';
import type { Authorization } from '../../auth/auth-file.ts';
import type { ServiceContext } from '../service-context.ts';
import { GrpcCall } from './call.ts';
import { readEncoding } from './compression.ts';
import { statusOf } from './errors.ts';
import type { GrpcService, Method } from './method.ts';
import { type OpenStream, serveStream } from './serve-stream.ts';
import { serveUnary } from './serve-unary.ts';
import { parseGrpcTimeout } from './timeout.ts';

/** The gRPC of a replica's port. */
export interface GrpcServer {
  readonly onCall: CallHandler;
  /** Ends the calls that would go on for as long as their callers like; calls with one answer end by themselves. */
  drain(): void;
}

interface Route {
  readonly service: GrpcService;
  readonly method: Method;
  readonly needsAuthorization: boolean;
}

/** Calls of no service that is here are still told what is wrong. */
const NO_SERVICE = { statusOf };

/** Longest timers that Node has; a deadline beyond is as good as none. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Serves the methods of some services, each at `/<service>/<method>`. */
export function createGrpcServer(services: readonly GrpcService[], context: ServiceContext): GrpcServer {
  const routes = routesOf(services);
  const open = new Set<OpenStream>();
  const messageLimits = {
    maxMessageBytes: context.maxBodyBytes,
    messageTimeoutMs: DEFAULT_TRANSPORT_LIMITS.requestTimeoutMs,
  };

  function onCall(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const route = routes.get(headers[':path'] ?? '');
    const timeoutMs = readTimeout(headers['grpc-timeout']);
    const deadline = timeoutMs instanceof SlipwayError ? undefined : timeoutMs;
    const call = new GrpcCall(stream, headers, route?.service ?? NO_SERVICE, deadline, context);
    if (timeoutMs instanceof SlipwayError) call.fail(timeoutMs);
    else if (call.ids.refusal !== undefined) call.fail(invalid(call.ids.refusal));
    else if (deadline === 0) call.expire();
    else if (route === undefined) call.fail(unknownMethod(call.path, services));
    else if (!route.needsAuthorization) serve(stream, call, route.method);
    else authorize(stream, call, route.method);
  }

  function authorize(stream: ServerHttp2Stream, call: GrpcCall, method: Method): void {
    const authorization = context.authenticator.check(call.headers.authorization);
    if (authorization instanceof Promise) {
      void authorization.then((found) => serveIfAllowed(stream, call, method, found));
    } else serveIfAllowed(stream, call, method, authorization);
  }

  function serveIfAllowed(
    stream: ServerHttp2Stream,
    call: GrpcCall,
    method: Method,
    authorization: Authorization,
  ): void {
    if (authorization === undefined) serve(stream, call, method);
    else {
      const reason = authorization === 'no header' ? 'no Authorization header' : authorization;
      call.fail(new SlipwayError('unauthenticated', `Unauthorized, ${reason}`));
    }
  }

  function serve(stream: ServerHttp2Stream, call: GrpcCall, method: Method): void {
    const encoding = readEncoding(call.headers['grpc-encoding']);
    if (encoding instanceof SlipwayError) call.fail(encoding);
    else if (method.kind === 'unary') serveUnary(stream, call, method, { ...messageLimits, encoding });
    else {
      const opened = serveStream(stream, call, method, { ...messageLimits, encoding });
      open.add(opened);
      stream.once('close', () => open.delete(opened));
    }
  }

  return {
    onCall,
    drain: () => {
      for (const stream of open) stream.drain();
    },
  };
}

function routesOf(services: readonly GrpcService[]): ReadonlyMap<string, Route> {
  return new Map(services.flatMap((service) => Object.entries(service.methods).map(routeOf(service))));
}

function routeOf(service: GrpcService): (entry: readonly [string, Method]) => readonly [string, Route] {
  const { openMethods = [] } = service;
  return ([name, method]) => {
    const needsAuthorization = service.needsAuthorization && !openMethods.includes(name);
    return [`/${service.name}/${name}`, { service, method, needsAuthorization }];
  };
}

function readTimeout(header: string | string[] | undefined): number | undefined | SlipwayError {
  if (header === undefined) return undefined;
  const timeoutMs = parseGrpcTimeout(String(header));
  if (timeoutMs === undefined) return invalid(`grpc-timeout "${header}" is not of the form 10S.`);
  return timeoutMs > MAX_TIMEOUT_MS ? undefined : Math.floor(timeoutMs);
}

function unknownMethod(path: string, services: readonly GrpcService[]): SlipwayError {
  const name = path.split('/')[1] ?? '';
  const isKnown = services.some((service) => service.name === name);
  const message = isKnown ? `The method ${path} is not served here.` : `unknown service ${name}`;
  return new SlipwayError('unsupported', message);
}

function invalid(message: string): SlipwayError {
  return new SlipwayError('invalid_argument', message);
}
