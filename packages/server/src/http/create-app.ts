import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { CertificatePair } from '@slipway/transport';
import fastify, { LogController } from 'fastify';
import type { Logger } from 'pino';
import { Settings } from 'typebox/system';
import type { App } from './app.ts';
import { answerError } from './errors/answer-error.ts';
import { answerClientError } from './errors/client-error.ts';
import { requestIdOf } from './hooks/request-id.ts';

/** Milliseconds in which the headers of a request must have arrived: enough for any network, too few to hold sockets open. */
const HEADERS_TIMEOUT_MS = 10_000;

/** Milliseconds without a byte after which a connection is cut; longer than the silence between keep-alive comments. */
const IDLE_TIMEOUT_MS = 120_000;

/** Bytes of a body unless its route says otherwise: no resource that a person writes comes near. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Longest part of a path between two slashes; a model id may have 265 characters. */
const MAX_PARAM_LENGTH = 512;

/** Problems of one request that are told: a typo in each of a hundred fields is not a typo. */
const MAX_PROBLEMS = 100;

/** An application without routes, with the limits and the errors of all of them. */
export function createApp(logger: Logger, certificate: CertificatePair | undefined): App {
  Settings.Set({ maxErrors: MAX_PROBLEMS });
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
    serverFactory: (handler) => createLimitedServer(handler, certificate),
  }) as unknown as App;
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(answerError);
  return app;
}

function createLimitedServer(handler: RequestListener, certificate: CertificatePair | undefined): Server {
  const limits = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: HEADERS_TIMEOUT_MS / 2,
    // A request may be an upload of hours; the idle timeout ends the ones that stand still.
    requestTimeout: 0,
  };
  const server =
    certificate === undefined
      ? createServer(limits, handler)
      : createTlsServer({ ...limits, ...certificate }, handler);
  server.setTimeout(IDLE_TIMEOUT_MS);
  return server;
}
