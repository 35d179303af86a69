import { SlipwayError } from '@slipway/contract';
import { bearerToken, isSameSecret } from './bearer.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';
import { createListener } from './listener.ts';

/** A route of an admin listener, such as `GET /status`. */
export type AdminRoute = `${'GET' | 'POST'} /${string}`;

export interface AdminListenerOptions {
  /** What callers must send as `Authorization: Bearer …`. */
  readonly token: string;
  /** What each route answers, as JSON. They take no body; a `SlipwayError` they throw is answered 500 with its plain form. */
  readonly routes: Readonly<Record<AdminRoute, () => unknown>>;
  readonly onError: (error: SlipwayError) => void;
}

/** The small control port of a process. */
export interface AdminListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Only the control plane calls, over a handful of connections. */
const MAX_CONNECTIONS = 100;

/** Listens on loopback at a free port, for the control plane alone. */
export async function createAdminListener(options: AdminListenerOptions): Promise<AdminListener> {
  const routes = new Map<string, () => unknown>(Object.entries(options.routes));
  const paths = new Set([...routes.keys()].map((route) => route.slice(route.indexOf('/'))));

  async function handle(request: HttpRequest, response: HttpResponse): Promise<void> {
    const given = bearerToken(request.headers.authorization);
    if (given === undefined || !isSameSecret(given, options.token)) {
      return answer(response, 401, failure('unauthenticated', 'The token is missing or wrong.'));
    }
    const route = routes.get(`${request.method} ${request.url}`);
    if (route !== undefined) return answerRoute(response, route);
    if (paths.has(request.url)) {
      return answer(response, 405, failure('method_not_allowed', 'This route has another method.'));
    }
    answer(response, 404, failure('not_found', 'There is no such route.'));
  }

  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: null,
    limits: { maxConnections: MAX_CONNECTIONS },
    handler: handle,
    onError: options.onError,
  });
  return { port: listener.port, close: listener.close };
}

/** Answers with what the route says; what it throws on purpose is told to the caller. */
async function answerRoute(response: HttpResponse, route: () => unknown): Promise<void> {
  try {
    answer(response, 200, await route());
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    answer(response, 500, { error });
  }
}

function failure(code: string, message: string): unknown {
  return { error: { code, message } };
}

function answer(response: HttpResponse, status: number, body: unknown): void {
  response.send(status, { 'content-type': 'application/json' }, JSON.stringify(body));
}
