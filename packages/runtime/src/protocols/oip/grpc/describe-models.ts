import { type LoadedModel, SlipwayError } from '@slipway/contract';
import type { DataPlane } from '../../../data-plane/data-plane.ts';
import { decodeMessage } from '../../../protobuf/decode.ts';
import { encodeMessage } from '../../../protobuf/encode.ts';
import type { MessageSchema } from '../../../protobuf/schema.ts';
import type { GrpcCall } from '../../grpc/call.ts';
import { type Reply, type UnaryMethod, unary } from '../../grpc/method.ts';
import { servingDataPlane } from '../../infer.ts';
import { configureModel, describeModel, SERVER_METADATA } from '../describe.ts';
import { MODEL_CONFIG_REQUEST } from './codec/config-messages.ts';
import { encodeModelConfig, encodeModelMetadata, encodeStatistics } from './codec/encode-answers.ts';
import {
  MODEL_METADATA_REQUEST,
  MODEL_READY_REQUEST,
  MODEL_READY_RESPONSE,
  SERVER_LIVE_RESPONSE,
  SERVER_METADATA_RESPONSE,
  SERVER_READY_RESPONSE,
} from './codec/server-messages.ts';
import { MODEL_STATISTICS_REQUEST } from './codec/statistics-messages.ts';
import { findModel } from './infer.ts';

/** Fails when only a new process can help. */
export function serverLive(_message: Uint8Array, { context }: GrpcCall): Reply {
  return encodeMessage(SERVER_LIVE_RESPONSE, { live: context.phase() !== 'stuck' });
}

export function serverReady(_message: Uint8Array, { context }: GrpcCall): Reply {
  return encodeMessage(SERVER_READY_RESPONSE, { ready: context.phase() === 'ready' });
}

export function serverMetadata(): Reply {
  return encodeMessage(SERVER_METADATA_RESPONSE, SERVER_METADATA);
}

/** A model that is not there is not ready; the stock server tells it so, and does not fail. */
export function modelReady(message: Uint8Array, call: GrpcCall): Reply {
  const request = decodeMessage(MODEL_READY_REQUEST, message);
  if (request instanceof SlipwayError) return request;
  const dataPlane = servingDataPlane(call);
  const ready =
    !(dataPlane instanceof SlipwayError) &&
    !(findModel(dataPlane, request.name, request.version) instanceof SlipwayError);
  return encodeMessage(MODEL_READY_RESPONSE, { ready });
}

export const MODEL_METADATA = tell(MODEL_METADATA_REQUEST, (model, models) =>
  encodeModelMetadata(describeModel(model, models)),
);

export const MODEL_CONFIG = tell(MODEL_CONFIG_REQUEST, (model, models) =>
  encodeModelConfig(configureModel(model, models)),
);

/** Tells something of one model; `models` are all that are ready. */
function tell(
  schema: typeof MODEL_METADATA_REQUEST | typeof MODEL_CONFIG_REQUEST,
  encode: (model: LoadedModel, models: readonly LoadedModel[]) => Reply,
): UnaryMethod {
  return unary((message, call) => {
    const request = readRequest(schema, message);
    if (request instanceof SlipwayError) return request;
    const dataPlane = servingDataPlane(call);
    if (dataPlane instanceof SlipwayError) return dataPlane;
    const model = findModel(dataPlane, request.name, request.version);
    if (model instanceof SlipwayError) return model;
    call.model = model;
    return encode(model, dataPlane.models);
  });
}

/** Statistics of one version, of all versions of a model, or of all models. */
export function modelStatistics(message: Uint8Array, call: GrpcCall): Reply {
  const request = decodeMessage(MODEL_STATISTICS_REQUEST, message);
  if (request instanceof SlipwayError) return request;
  const dataPlane = servingDataPlane(call);
  if (dataPlane instanceof SlipwayError) return dataPlane;
  const told = chosenModels(dataPlane, request.name);
  if (request.name === '' || request.version === '') {
    if (request.name === '' || told.length > 0) return encodeStatistics(told.map(call.context.statistics.of));
  }
  const model = findModel(dataPlane, request.name, request.version);
  if (model instanceof SlipwayError) return model;
  call.model = model;
  return encodeStatistics([call.context.statistics.of(model)]);
}

function chosenModels({ models, nameOf }: DataPlane, name: string): readonly LoadedModel[] {
  return name === '' ? models : models.filter((model) => model.name === nameOf(name));
}

/** A name and a version stand in the same fields of all requests that are no more than that. */
function readRequest<S extends MessageSchema>(schema: S, message: Uint8Array) {
  return decodeMessage(schema, message);
}
