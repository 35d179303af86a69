import { SlipwayError } from '@slipway/contract';
import type { GrpcCall } from '../../grpc/call.ts';
import type { Reply } from '../../grpc/method.ts';
import { servingDataPlane } from '../../infer.ts';
import { versionStates } from '../version-states.ts';
import {
  decodeMetadataRequest,
  decodeStatusRequest,
  encodeModelMetadata,
  encodeModelStatus,
} from './codec/model-answers.ts';
import { asMistake, findName, findServable } from './find-servable.ts';

/** Answers `GetModelMetadata`: the signature of a model. */
export function modelMetadata(message: Uint8Array, call: GrpcCall): Reply {
  const request = decodeMetadataRequest(message);
  if (request instanceof SlipwayError) return request;
  const dataPlane = servingDataPlane(call);
  if (dataPlane instanceof SlipwayError) return dataPlane;
  const servable = findServable(dataPlane, request.spec, call, 'metadata');
  return servable instanceof SlipwayError ? servable : encodeModelMetadata(servable.model);
}

/** Answers `GetModelStatus`: the state of the version whose number the request has, or of all, newest first. */
export function modelStatus(message: Uint8Array, call: GrpcCall): Reply {
  const request = decodeStatusRequest(message);
  if (request instanceof SlipwayError) return request;
  const dataPlane = servingDataPlane(call);
  if (dataPlane instanceof SlipwayError) return dataPlane;
  const { name, isNamed } = findName(dataPlane, request.spec, call);
  const versions = versionStates(dataPlane.states(), name, request.spec?.version ?? { by: 'latest' });
  if (!(versions instanceof SlipwayError)) return encodeModelStatus(versions);
  return isNamed ? versions : asMistake(versions);
}

/** Answers `HandleReloadConfigRequest`: what is served stands in the deployment, so that nobody else changes it. */
export function reloadConfig(): Reply {
  return new SlipwayError(
    'unsupported',
    'The models of a service are set by its deployment, not by HandleReloadConfigRequest. Update the service to change them.',
  );
}
