import { type LoadedModel, SlipwayError, type TensorSpec } from '@slipway/contract';
import { encodeMessage, encodeToBytes } from '../../../../protobuf/encode.ts';
import type { WireReader } from '../../../../protobuf/reader.ts';
import { decodeWith, nextField, readMessage, readString, skipField } from '../../../../protobuf/reader.ts';
import type { EncodedMessage } from '../../../../protobuf/writer.ts';
import { keyOf } from '../../../tensor-names.ts';
import { tensorflowType } from '../../data-types.ts';
import { DEFAULT_SIGNATURE, PREDICT_METHOD } from '../../signatures.ts';
import type { VersionStatus } from '../../version-states.ts';
import { type ModelSpec, readModelSpec, specMessage } from './model-spec.ts';
import {
  GET_MODEL_METADATA_RESPONSE,
  GET_MODEL_STATUS_RESPONSE,
  SIGNATURE_DEF_MAP,
} from './serving-messages.ts';
import { DATA_TYPE, ERROR_CODE } from './tensor-messages.ts';

/** A request that does no more than name a model. */
export interface ModelRequest {
  /** Absent: the default model. */
  readonly spec: ModelSpec | undefined;
}

/** The only metadata there are, and the type of them. */
const SIGNATURE_FIELD = 'signature_def';
const SIGNATURE_TYPE = `type.googleapis.com/${SIGNATURE_DEF_MAP.name}`;

/** Reads a `GetModelMetadataRequest`. Asking for nothing, or for anything but signatures, is `invalid_argument`. */
export function decodeMetadataRequest(bytes: Uint8Array): ModelRequest | SlipwayError {
  const request = decodeWith(bytes, readModelRequest);
  if (request instanceof SlipwayError) return request;
  const { spec, names } = request;
  if (names.length === 0) return invalid('GetModelMetadataRequest must specify at least one metadata_field');
  const unknown = names.find((name) => name !== SIGNATURE_FIELD);
  return unknown === undefined ? { spec } : invalid(`Metadata field ${unknown} is not supported`);
}

/** Reads a `GetModelStatusRequest`. The error is `invalid_argument`. */
export function decodeStatusRequest(bytes: Uint8Array): ModelRequest | SlipwayError {
  return decodeWith(bytes, (reader) => ({ spec: readModelRequest(reader).spec }));
}

/** A request for a status has no second field. */
function readModelRequest(reader: WireReader) {
  let spec: ModelSpec | undefined;
  const names: string[] = [];
  while (nextField(reader)) {
    if (reader.field === 1) spec = readMessage(reader, 'model_spec', readModelSpec);
    else if (reader.field === 2) names.push(readString(reader, 'metadata_field'));
    else skipField(reader);
  }
  return { spec, names };
}

/** Writes a `GetModelMetadataResponse`: what the model takes and gives, by key where it has keys; a size that is not fixed is -1. */
export function encodeModelMetadata(
  model: Pick<LoadedModel, 'name' | 'version' | 'signature'>,
): EncodedMessage {
  const { name, version, signature } = model;
  const signatureDef = {
    inputs: describeTensors(signature.inputs),
    outputs: describeTensors(signature.outputs),
    methodName: PREDICT_METHOD,
  };
  const value = encodeToBytes(SIGNATURE_DEF_MAP, {
    signatureDef: new Map([[DEFAULT_SIGNATURE, signatureDef]]),
  });
  return encodeMessage(GET_MODEL_METADATA_RESPONSE, {
    modelSpec: specMessage({ name, version, signatureName: '' }),
    metadata: new Map([[SIGNATURE_FIELD, { typeUrl: SIGNATURE_TYPE, value }]]),
  });
}

function describeTensors(specs: readonly TensorSpec[]) {
  return new Map(specs.map((spec) => [keyOf(spec), describeTensor(spec)]));
}

function describeTensor({ name, datatype, shape }: TensorSpec) {
  return {
    name,
    dtype: nameIn(DATA_TYPE.numbers, tensorflowType(datatype).dtype, 'DT_INVALID'),
    tensorShape: { dim: shape.map((size) => ({ size: typeof size === 'number' ? size : -1 })) },
  };
}

/** Writes a `GetModelStatusResponse`. */
export function encodeModelStatus(versions: readonly VersionStatus[]): EncodedMessage {
  return encodeMessage(GET_MODEL_STATUS_RESPONSE, {
    modelVersionStatus: versions.map(({ version, state, error }) => ({
      version,
      state,
      status: {
        errorCode: nameIn(ERROR_CODE.numbers, error?.code ?? 'OK', 'UNKNOWN'),
        errorMessage: error?.message ?? '',
      },
    })),
  });
}

function nameIn<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  name: string,
  otherwise: NoInfer<Name>,
): Name {
  return Object.hasOwn(numbers, name) ? (name as Name) : otherwise;
}

function invalid(text: string): SlipwayError {
  return new SlipwayError('invalid_argument', text);
}
