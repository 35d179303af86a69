import { checkOipName, SlipwayError, toSlipwayError } from '@slipway/contract';
import { decodeMessage } from '../../../protobuf/decode.ts';
import { encodeMessage } from '../../../protobuf/encode.ts';
import type { GrpcCall } from '../../grpc/call.ts';
import type { Reply } from '../../grpc/method.ts';
import { indexModels } from '../describe.ts';
import { changeNotPermitted, refuseOverride } from '../refusals.ts';
import { encodeRepositoryIndex } from './codec/encode-answers.ts';
import {
  REPOSITORY_INDEX_REQUEST,
  REPOSITORY_MODEL_LOAD_REQUEST,
  REPOSITORY_MODEL_LOAD_RESPONSE,
  REPOSITORY_MODEL_UNLOAD_REQUEST,
  REPOSITORY_MODEL_UNLOAD_RESPONSE,
} from './codec/repository-messages.ts';

/** Answers `RepositoryIndex`. */
export function repositoryIndex(message: Uint8Array, { context }: GrpcCall): Reply {
  const request = decodeMessage(REPOSITORY_INDEX_REQUEST, message);
  if (request instanceof SlipwayError) return request;
  const states = context.dataPlane()?.states() ?? [];
  return noRepository(request) ?? encodeRepositoryIndex(indexModels(states, request.ready));
}

/** Answers `RepositoryModelLoad` where callers may load models. */
export async function repositoryLoad(message: Uint8Array, { context }: GrpcCall): Promise<Reply> {
  const request = decodeMessage(REPOSITORY_MODEL_LOAD_REQUEST, message);
  if (request instanceof SlipwayError) return request;
  const { modelName } = request;
  const problem = noRepository(request) ?? checkOipName(modelName);
  if (problem !== undefined) return problem;
  const { modelControl } = context;
  if (modelControl === undefined) return changeNotPermitted('load', modelName);
  const override = refuseOverride(modelName, request.parameters.keys());
  if (override !== undefined) return override;
  return outcome(modelControl.load(modelName), encodeMessage(REPOSITORY_MODEL_LOAD_RESPONSE, {}));
}

/** Answers `RepositoryModelUnload` where callers may unload models. */
export async function repositoryUnload(message: Uint8Array, { context }: GrpcCall): Promise<Reply> {
  const request = decodeMessage(REPOSITORY_MODEL_UNLOAD_REQUEST, message);
  if (request instanceof SlipwayError) return request;
  const { modelName } = request;
  const problem = noRepository(request) ?? checkOipName(modelName);
  if (problem !== undefined) return problem;
  const { modelControl } = context;
  if (modelControl === undefined) return changeNotPermitted('unload', modelName);
  return outcome(modelControl.unload(modelName), encodeMessage(REPOSITORY_MODEL_UNLOAD_RESPONSE, {}));
}

function noRepository({ repositoryName }: { readonly repositoryName: string }): SlipwayError | undefined {
  if (repositoryName === '') return undefined;
  return new SlipwayError('unsupported', "'repository_name' specification is not supported");
}

function outcome(done: Promise<void>, reply: Reply): Promise<Reply> {
  return done.then(() => reply, toSlipwayError);
}
