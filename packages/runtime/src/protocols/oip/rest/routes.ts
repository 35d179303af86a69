import { type LoadedModel, SlipwayError } from '@slipway/contract';
import { whenAllowed } from '../../allow.ts';
import { answerError, answerJson, type Exchange, refuse } from '../../exchange.ts';
import { findModel, infer, servingDataPlane, type Target } from '../../infer.ts';
import type { Protocol } from '../../protocol.ts';
import { configureModel, describeModel, modelRef, SERVER_METADATA } from '../describe.ts';
import { unknownModel } from '../refusals.ts';
import {
  encodeLive,
  encodeModelMetadata,
  encodeModelReady,
  encodeReady,
  encodeServerMetadata,
} from './codec/metadata.ts';
import { encodeModelConfig } from './codec/model-config.ts';
import { encodeStatistics } from './codec/statistics.ts';
import { errorAnswer } from './errors.ts';
import { INFER } from './infer-steps.ts';
import { index, load, unload } from './repository.ts';
import { findRoute, type ModelRoute, type OipRoute } from './route.ts';

/** The REST API of the Open Inference Protocol, with the extensions of Triton's that are served. */
export const oip: Protocol = {
  name: 'oip',
  owns: (path) => path.startsWith('/v2/') || path === '/v2',
  tellsOfServer: (path) => path.startsWith('/v2/health/'),
  handle,
  errorAnswer,
};

/** Whoever watches the server's health has no key. */
function handle(exchange: Exchange): void | Promise<void> {
  const route = findRoute(exchange.request.method, exchange.path);
  if (route instanceof SlipwayError) return refuse(exchange, route);
  if (route.kind === 'serverLive') return live(exchange);
  if (route.kind === 'serverReady') return ready(exchange);
  return whenAllowed(exchange, () => serve(exchange, route));
}

function serve(exchange: Exchange, route: OipRoute): void | Promise<void> {
  switch (route.kind) {
    case 'infer':
      return infer(exchange, targetOf(route), INFER);
    case 'serverMetadata':
      return answerJson(exchange, encodeServerMetadata(SERVER_METADATA));
    case 'modelReady':
      return modelReady(exchange, route);
    case 'modelMetadata':
      return tell(exchange, route, (model, models) => encodeModelMetadata(describeModel(model, models)));
    case 'modelConfig':
      return tell(exchange, route, (model, models) => encodeModelConfig(configureModel(model, models)));
    case 'modelStats':
      return modelStats(exchange, route);
    case 'serverStats':
      return answerJson(exchange, serverStats(exchange));
    case 'repositoryIndex':
      return index(exchange);
    case 'repositoryLoad':
      return load(exchange, route.model);
    case 'repositoryUnload':
      return unload(exchange, route.model);
  }
}

/** Fails when only a new process can help. */
function live(exchange: Exchange): void {
  const isLive = exchange.context.phase() !== 'stuck';
  answerJson(exchange, encodeLive(isLive), isLive ? 200 : 503);
}

function ready(exchange: Exchange): void {
  const isReady = exchange.context.phase() === 'ready';
  answerJson(exchange, encodeReady(isReady), isReady ? 200 : 503);
}

function targetOf({ model, version }: ModelRoute): Target {
  return { ref: modelRef(model, version), notFound: () => unknownModel(model, version) };
}

/** A model that is not there is unknown, and no less so for being asked whether it is ready. */
function modelReady(exchange: Exchange, route: ModelRoute): void {
  const dataPlane = servingDataPlane(exchange);
  if (dataPlane instanceof SlipwayError) answerJson(exchange, encodeModelReady(route.model, false), 503);
  else {
    const found = findModel(exchange, dataPlane, targetOf(route));
    answerJson(exchange, found instanceof SlipwayError ? found : encodeModelReady(route.model, true));
  }
}

/** Tells something of one model; `models` are all that are ready. */
function tell(
  exchange: Exchange,
  route: ModelRoute,
  encode: (model: LoadedModel, models: readonly LoadedModel[]) => string,
): void {
  const dataPlane = servingDataPlane(exchange);
  if (dataPlane instanceof SlipwayError) answerError(exchange, dataPlane);
  else {
    const found = findModel(exchange, dataPlane, targetOf(route));
    answerJson(exchange, found instanceof SlipwayError ? found : encode(found, dataPlane.models));
  }
}

/** Of one version, or of all versions of the model. */
function modelStats(exchange: Exchange, route: ModelRoute): void {
  const { statistics } = exchange.context;
  tell(exchange, route, (found, models) => {
    const told = route.version === undefined ? models.filter(({ name }) => name === found.name) : [found];
    return encodeStatistics(told.map(statistics.of));
  });
}

function serverStats({ context }: Exchange): string {
  return encodeStatistics((context.dataPlane()?.models ?? []).map(context.statistics.of));
}
