import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import { SlipwayError } from '@slipway/contract';
import fastify, { LogController } from 'fastify';
import { Settings } from 'typebox/system';
import { systemCode } from '../home/system-errors.ts';
import type { ApiDeps } from './api-deps.ts';
import type { App } from './app.ts';
import { answerError } from './errors/answer-error.ts';
import { answerClientError } from './errors/client-error.ts';
import { answerUnknownAddress, withMethodNotAllowed } from './errors/unknown-address.ts';
import { logAccess } from './hooks/access-log.ts';
import { addAnswerHeaders } from './hooks/answer-headers.ts';
import { createAuthentication } from './hooks/authenticate.ts';
import { createOriginCheck } from './hooks/check-origin.ts';
import { requestIdOf } from './hooks/request-id.ts';
import { addJsonBody } from './json-body.ts';
import { checkListenOptions, type ListenOptions, readTls } from './listen-options.ts';
import { describeApi } from './openapi.ts';
import { addBlobRoutes } from './routes/blobs.ts';
import { addComputeRoutes } from './routes/computes.ts';
import { addModelRoutes } from './routes/models.ts';
import { addOperationRoutes } from './routes/operations.ts';
import { addServerRoutes } from './routes/server.ts';
import { addServiceAccessRoutes } from './routes/service-access.ts';
import { addServiceLifeRoutes } from './routes/service-life.ts';
import { addServiceRoutes } from './routes/services.ts';
import { addUploadRoutes } from './routes/uploads.ts';
import { addWorkspaceRoutes } from './routes/workspaces.ts';
import { trackUnusedConnections, type UnusedConnections } from './unused-connections.ts';

/** The control plane's HTTP server. */
export interface HttpApi {
  /** Begins to listen and returns its address: `http://127.0.0.1:7070`. Throws `conflict` if the port is taken. */
  listen(): Promise<string>;
  /** Stops accepting, ends streams, finishes the other requests within a grace, and closes. */
  close(): Promise<void>;
}

/** Milliseconds in which the headers of a request must have arrived: enough for any network, too few to hold sockets open. */
const HEADERS_TIMEOUT_MS = 10_000;

/** Milliseconds without a byte after which a connection is cut; longer than the silence between keep-alive comments. */
const IDLE_TIMEOUT_MS = 120_000;

/** Milliseconds that requests have to finish when the server closes. */
const CLOSE_GRACE_MS = 5_000;

/** Milliseconds between two looks for connections that have become idle meanwhile. */
const CLOSE_IDLE_EVERY_MS = 25;

/** Bytes of a body unless its route says otherwise: no resource that a person writes comes near. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Longest part of a path between two slashes; a model id may have 265 characters. */
const MAX_PARAM_LENGTH = 512;

/** Problems of one request that are told: a typo in each of a hundred fields is not a typo. */
const MAX_PROBLEMS = 100;

const PREFIX = '/api/v1';

/** Builds the API; it listens when told to. Throws `invalid_argument` for a network address without TLS. */
export async function createHttpApi(deps: ApiDeps, options: ListenOptions): Promise<HttpApi> {
  checkListenOptions(options);
  const closing = new AbortController();
  const app = await createApp(deps, options);
  const unused = trackUnusedConnections(app.server);
  addHooks(app, deps, options);
  await describeApi(app, deps.version);
  await app.register(async (scope) => addRoutes(scope as unknown as App, deps, closing.signal), {
    prefix: PREFIX,
  });

  return {
    async listen() {
      await app.listen({ host: options.host, port: options.port }).catch((cause) => {
        throw listenError(cause, options);
      });
      return addressOf(app, options);
    },
    async close() {
      closing.abort();
      await closeApp(app, unused);
    },
  };
}

async function createApp({ logger }: ApiDeps, { tls }: ListenOptions): Promise<App> {
  Settings.Set({ maxErrors: MAX_PROBLEMS });
  const secure = tls === undefined ? undefined : await readTls(tls);
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, request, reply) => answerError(error, request, reply),
    clientErrorHandler: answerClientError,
    serverFactory(handler) {
      const limits = {
        headersTimeout: HEADERS_TIMEOUT_MS,
        connectionsCheckingInterval: HEADERS_TIMEOUT_MS / 2,
        // A request may be an upload of hours; the idle timeout ends the ones that stand still.
        requestTimeout: 0,
      };
      const server =
        secure === undefined
          ? createServer(limits, handler)
          : createTlsServer({ ...limits, ...secure }, handler);
      server.setTimeout(IDLE_TIMEOUT_MS);
      return server as ReturnType<typeof createServer>;
    },
  }) as unknown as App;
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(answerError);
  return app;
}

function addHooks(app: App, { apiToken }: ApiDeps, { host, allowedHosts = [] }: ListenOptions): void {
  app.addHook('onRequest', addAnswerHeaders);
  app.addHook('onRequest', createOriginCheck([host, ...allowedHosts]));
  app.addHook('onRequest', createAuthentication(apiToken));
  app.addHook('onResponse', logAccess);
  addJsonBody(app);
  answerUnknownAddress(app);
}

function addRoutes(app: App, deps: ApiDeps, closing: AbortSignal): void {
  withMethodNotAllowed(app, () => {
    addServerRoutes(app, deps);
    addWorkspaceRoutes(app, deps);
    addUploadRoutes(app, deps);
    addBlobRoutes(app, deps);
    addModelRoutes(app, deps);
    addComputeRoutes(app, deps);
    addServiceRoutes(app, deps);
    addServiceAccessRoutes(app, deps);
    addServiceLifeRoutes(app, deps, closing);
    addOperationRoutes(app, deps, closing);
  });
}

async function closeApp(app: App, unused: UnusedConnections): Promise<void> {
  // A kept connection whose last answer ends after the close began is idle then, and would be waited for.
  const idle = setInterval(() => {
    app.server.closeIdleConnections();
    unused.destroy();
  }, CLOSE_IDLE_EVERY_MS);
  const cut = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(cut);
  }
}

function addressOf(app: App, { host, tls }: ListenOptions): string {
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${port}`;
}

function listenError(cause: unknown, { host, port }: ListenOptions): unknown {
  if (systemCode(cause) !== 'EADDRINUSE') return cause;
  return new SlipwayError(
    'conflict',
    `Port ${port} on ${host} is taken by another program. Stop it, or choose another port with --port or SLIPWAY_PORT.`,
    { details: { field: 'port', host, port }, cause },
  );
}
