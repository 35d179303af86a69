import { readCertificate } from '@slipway/transport';
import type { ApiDeps } from './api-deps.ts';
import type { App } from './app.ts';
import { closeApp } from './close-app.ts';
import { createApp } from './create-app.ts';
import { answerUnknownAddress, withMethodNotAllowed } from './errors/unknown-address.ts';
import { logAccess } from './hooks/access-log.ts';
import { addAnswerHeaders } from './hooks/answer-headers.ts';
import { createAuthentication } from './hooks/authenticate.ts';
import { createOriginCheck } from './hooks/check-origin.ts';
import { addJsonBody } from './json-body.ts';
import { checkListenOptions, type ListenOptions } from './listen-options.ts';
import { addressOf, listenError } from './listening.ts';
import { describeApi } from './openapi.ts';
import { renewCertificate } from './renew-certificate.ts';
import { addBlobRoutes } from './routes/blobs.ts';
import { addComputeRoutes } from './routes/computes.ts';
import { addEnvironmentRoutes } from './routes/environments.ts';
import { addModelRoutes } from './routes/models.ts';
import { addOperationRoutes } from './routes/operations.ts';
import { addServerRoutes } from './routes/server.ts';
import { addServiceAccessRoutes } from './routes/service-access.ts';
import { addServiceDataRoutes } from './routes/service-data.ts';
import { addServiceLifeRoutes } from './routes/service-life.ts';
import { addServiceRoutes } from './routes/services.ts';
import { addUploadRoutes } from './routes/uploads.ts';
import { addWorkspaceRoutes } from './routes/workspaces.ts';
import { trackUnusedConnections } from './unused-connections.ts';

/** The control plane's HTTP server. */
export interface HttpApi {
  /** Begins to listen and returns its address: `http://127.0.0.1:7070`. Throws `conflict` if the port is taken. */
  listen(): Promise<string>;
  /** Stops accepting, ends streams, finishes the other requests within a grace, and closes. */
  close(): Promise<void>;
}

const PREFIX = '/api/v1';

/** Builds the API; it listens when told to. Throws `invalid_argument` for a network address without TLS. */
export async function createHttpApi(deps: ApiDeps, options: ListenOptions): Promise<HttpApi> {
  checkListenOptions(options);
  const closing = new AbortController();
  const { tls } = options;
  const certificate = tls && (await readCertificate(tls));
  const app = createApp(deps.logger, certificate);
  const renewal = tls && certificate && renewCertificate(app, tls, certificate, deps.logger);
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
      renewal?.close();
      closing.abort();
      await closeApp(app, unused);
    },
  };
}

function addHooks(app: App, { apiToken }: ApiDeps, { host, publicHost = host }: ListenOptions): void {
  app.addHook('onRequest', addAnswerHeaders);
  app.addHook('onRequest', createOriginCheck([host, publicHost]));
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
    addEnvironmentRoutes(app, deps);
    addComputeRoutes(app, deps);
    addServiceRoutes(app, deps);
    addServiceAccessRoutes(app, deps);
    addServiceLifeRoutes(app, deps, closing);
    addServiceDataRoutes(app, deps);
    addOperationRoutes(app, deps, closing);
  });
}
