import { SlipwayError } from '@slipway/contract';
import type { GrpcCall } from '../../grpc/call.ts';
import { infer } from '../../grpc/infer.ts';
import type { Reply } from '../../grpc/method.ts';
import { servingDataPlane } from '../../infer.ts';
import { DEFAULT_SIGNATURE, isDefaultSignature } from '../signatures.ts';
import type { EffectiveSpec, ModelSpec } from './codec/model-spec.ts';
import { decodePredictRequest, encodePredictResponse } from './codec/predict.ts';
import { findServable, type Servable } from './find-servable.ts';
import { resolveNames } from './tensor-names.ts';

/** Answers `Predict`: tensors in, tensors out. */
export function predict(message: Uint8Array, call: GrpcCall): Reply | Promise<Reply> {
  const decodeFrom = performance.now();
  const dataPlane = servingDataPlane(call);
  if (dataPlane instanceof SlipwayError) return dataPlane;
  const request = decodePredictRequest(message, call.context.maxBodyBytes);
  if (request instanceof SlipwayError) return request;
  const servable = findServable(dataPlane, request.spec, call, 'predict');
  if (servable instanceof SlipwayError) return servable;
  const problem = unknownSignature(request.spec, servable);
  if (problem !== undefined) return problem;
  const { inputs } = request;
  if (inputs instanceof SlipwayError) return inputs;
  const { model } = servable;
  const { bothOutputNames } = call.context;
  const named = resolveNames(model.signature, inputs, request.outputFilter, bothOutputNames);
  if (named instanceof SlipwayError) return named;
  return infer(call, { protocol: 'tfserving', dataPlane, model, asked: named, decodeFrom }, ({ outputs }) =>
    encodePredictResponse(effectiveSpec(request.spec, servable), named.nameOutputs(outputs)),
  );
}

/** REST says INVALID_ARGUMENT for it; so does gRPC to those who did not choose the model. */
function unknownSignature(spec: ModelSpec | undefined, { isNamed }: Servable): SlipwayError | undefined {
  const name = spec?.signatureName ?? '';
  if (isDefaultSignature(name)) return undefined;
  return new SlipwayError(
    isNamed ? 'precondition_failed' : 'invalid_argument',
    `Serving signature key "${name}" not found.`,
  );
}

/** The model that answers, under the name that the request has for it, and the signature, which has but one name. */
export function effectiveSpec(spec: ModelSpec | undefined, { model }: Servable): EffectiveSpec {
  return {
    name: spec === undefined || spec.name === '' ? model.name : spec.name,
    version: model.version,
    signatureName: DEFAULT_SIGNATURE,
  };
}
