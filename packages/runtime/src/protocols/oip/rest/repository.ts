import { SlipwayError, toSlipwayError } from '@slipway/contract';
import { readBody } from '@slipway/transport';
import { answerError, answerJson, type Exchange } from '../../exchange.ts';
import { indexModels } from '../describe.ts';
import type { Parameters } from '../parameters.ts';
import { changeNotPermitted, refuseOverride } from '../refusals.ts';
import {
  decodeIndexRequest,
  decodeLoadRequest,
  decodeUnloadRequest,
  encodeRepositoryIndex,
} from './codec/repository.ts';

/** Answers `POST /v2/repository/index`. */
export async function index(exchange: Exchange): Promise<void> {
  const request = await readRequest(exchange, decodeIndexRequest);
  const states = exchange.context.dataPlane()?.states() ?? [];
  answerJson(
    exchange,
    request instanceof SlipwayError ? request : encodeRepositoryIndex(indexModels(states, request.readyOnly)),
  );
}

/** Answers `POST /v2/repository/models/NAME/load` where callers may load models. */
export async function load(exchange: Exchange, model: string): Promise<void> {
  const { modelControl } = exchange.context;
  if (modelControl === undefined) answerError(exchange, changeNotPermitted('load', model));
  else
    await change(
      exchange,
      (body) => decodeLoad(body, model),
      () => modelControl.load(model),
    );
}

function decodeLoad(body: Uint8Array, model: string): Parameters | SlipwayError {
  const parameters = decodeLoadRequest(body);
  if (parameters instanceof SlipwayError) return parameters;
  return refuseOverride(model, parameters.keys()) ?? parameters;
}

/** Answers `POST /v2/repository/models/NAME/unload` where callers may unload models. */
export async function unload(exchange: Exchange, model: string): Promise<void> {
  const { modelControl } = exchange.context;
  if (modelControl === undefined) answerError(exchange, changeNotPermitted('unload', model));
  else await change(exchange, decodeUnloadRequest, () => modelControl.unload(model));
}

async function change(
  exchange: Exchange,
  decode: (body: Uint8Array) => unknown,
  act: () => Promise<void>,
): Promise<void> {
  const request = await readRequest(exchange, decode);
  answerJson(exchange, request instanceof SlipwayError ? request : await outcome(act()));
}

/** An empty body, as the stock server gives, or what went wrong. */
function outcome(done: Promise<void>): Promise<string | SlipwayError> {
  return done.then(() => '', toSlipwayError);
}

async function readRequest<T>(
  { request, context }: Exchange,
  decode: (body: Uint8Array) => T | SlipwayError,
): Promise<T | SlipwayError> {
  const { body, error } = await readBody(request, context.maxBodyBytes);
  return body === undefined ? error : decode(body);
}
