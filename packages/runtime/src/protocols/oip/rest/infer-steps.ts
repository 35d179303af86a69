import { type LoadedModel, SlipwayError } from '@slipway/contract';
import type { Exchange } from '../../exchange.ts';
import type { InferCall as DataPlaneCall, InferSteps } from '../../infer.ts';
import { checkOutputs, type OutputWish } from '../output-wishes.ts';
import { HEADER_LENGTH_HEADER } from './codec/header-length.ts';
import { decodeInferRequest, type InferCall } from './codec/infer-request.ts';
import { encodeInferResponse } from './codec/infer-response.ts';

/** A request as the data plane takes it, with what its answer must say. */
interface OipCall extends DataPlaneCall {
  readonly id: string | undefined;
  readonly wishes: readonly OutputWish[];
}

/** `node:http` and ours give header names in lower case. */
const HEADER_LENGTH = HEADER_LENGTH_HEADER.toLowerCase();

/** Images that come as they are get all outputs as JSON. */
export const INFER: InferSteps<OipCall> = {
  decode,
  ofInputs(inputs, model) {
    const wishes = checkOutputs(model, [], false, []);
    return wishes instanceof SlipwayError ? wishes : { id: undefined, wishes, inputs };
  },
  encode({ version, outputs }, { id, wishes }, model) {
    const encoded = encodeInferResponse({ id, model, version: String(version), outputs, wishes });
    if (encoded instanceof SlipwayError) return encoded;
    const { contentType, headerLength, chunks } = encoded;
    const headers = headerLength === undefined ? undefined : { [HEADER_LENGTH_HEADER]: headerLength };
    return { status: 200, contentType, headers, body: chunks };
  },
  compresses: true,
};

function decode(body: Buffer, model: LoadedModel, { request, context }: Exchange): OipCall | SlipwayError {
  const header = request.headers[HEADER_LENGTH];
  const headerLength = header === undefined ? undefined : String(header);
  const read = decodeInferRequest({ body, headerLength, maxInputBytes: context.maxBodyBytes }, model);
  return read instanceof SlipwayError ? read : toCall(read);
}

function toCall({ id, options, inputs, outputs }: InferCall): OipCall {
  const { priority, timeoutMicroseconds } = options;
  return {
    id,
    wishes: outputs,
    inputs,
    outputs: outputs.map(({ output }) => output),
    priority,
    timeoutMs: timeoutMicroseconds && timeoutMicroseconds / 1000,
  };
}
