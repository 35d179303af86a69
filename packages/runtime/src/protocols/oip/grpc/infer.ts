import { type LoadedModel, SlipwayError, type Tensor } from '@slipway/contract';
import type { DataPlane, InferResponse } from '../../../data-plane/data-plane.ts';
import type { EncodedMessage } from '../../../protobuf/writer.ts';
import type { GrpcCall } from '../../grpc/call.ts';
import { infer } from '../../grpc/infer.ts';
import { mapInOrder } from '../../grpc/map-in-order.ts';
import type { Reply } from '../../grpc/method.ts';
import { type InferCall, servingDataPlane } from '../../infer.ts';
import { renamed } from '../../tensor-names.ts';
import { checkInputs } from '../check-inputs.ts';
import { classify } from '../classification.ts';
import { modelRef } from '../describe.ts';
import { checkOutputs, type OutputWish } from '../output-wishes.ts';
import { readRequestOptions } from '../parameters.ts';
import { unknownModel } from '../refusals.ts';
import { decodeModelInferRequest, type ModelInferRequest } from './codec/decode-infer-request.ts';
import {
  encodeModelInferResponse,
  encodeStreamAnswer,
  encodeStreamError,
  type ModelInferResponse,
} from './codec/encode-infer-response.ts';
import { statusOf } from './errors.ts';

/** Requests of one stream that run or wait to run at once. */
const MAX_STREAM_REQUESTS = 32;

/** How the requests of a method are read and answered. */
interface InferMethod {
  /** Parameters that mean something in this method alone. */
  readonly ownParameters: ReadonlySet<string>;
  encode(response: ModelInferResponse): EncodedMessage;
}

const ALONE: InferMethod = { ownParameters: new Set(), encode: encodeModelInferResponse };

/** Clients of streams may ask for an empty last answer where none is marked as the last: here each is. */
const IN_STREAM: InferMethod = {
  ownParameters: new Set(['triton_enable_empty_final_response']),
  encode: encodeStreamAnswer,
};

/** Answers `ModelInfer`. */
export function modelInfer(message: Uint8Array, call: GrpcCall): Reply | Promise<Reply> {
  const decodeFrom = performance.now();
  const request = decodeModelInferRequest(message);
  if (request instanceof SlipwayError) return request;
  return inferRequest(call, request, decodeFrom, ALONE);
}

/**
 * Answers `ModelStreamInfer`: each message with one, in their order. A request that fails does not end the stream; its
 * answer says what is wrong.
 */
export async function* modelStreamInfer(
  messages: AsyncIterable<Uint8Array>,
  call: GrpcCall,
): AsyncGenerator<EncodedMessage> {
  yield* mapInOrder(messages, MAX_STREAM_REQUESTS, (message) => answerInStream(message, call));
}

async function answerInStream(message: Uint8Array, call: GrpcCall): Promise<EncodedMessage> {
  const decodeFrom = performance.now();
  const request = decodeModelInferRequest(message);
  if (request instanceof SlipwayError) return streamError(request, undefined, call);
  const reply = await inferRequest(call, request, decodeFrom, IN_STREAM);
  return reply instanceof SlipwayError ? streamError(reply, request.id, call) : reply;
}

function streamError(error: SlipwayError, id: string | undefined, call: GrpcCall): EncodedMessage {
  call.note(error);
  return encodeStreamError(statusOf(error).message, id);
}

function inferRequest(
  call: GrpcCall,
  request: ModelInferRequest,
  decodeFrom: number,
  method: InferMethod,
): Reply | Promise<Reply> {
  const dataPlane = servingDataPlane(call);
  if (dataPlane instanceof SlipwayError) return dataPlane;
  const model = findModel(dataPlane, request.modelName, request.modelVersion);
  if (model instanceof SlipwayError) return model;
  if (method === ALONE) call.model = model;
  const asked = askedOf(request, model, method.ownParameters);
  if (asked instanceof SlipwayError) return asked;
  return infer(call, { protocol: 'oip', dataPlane, model, asked, decodeFrom }, (answered) => {
    const outputs = wishedOutputs(answered, asked.wishes, model);
    if (outputs instanceof SlipwayError) return outputs;
    return method.encode({
      modelName: model.name,
      modelVersion: String(model.version),
      id: request.id,
      outputs,
    });
  });
}

/** The model that a request means: the default if it names none. */
export function findModel(
  dataPlane: DataPlane,
  name: string,
  version: string | undefined,
): LoadedModel | SlipwayError {
  const wanted = name === '' ? dataPlane.nameOf(undefined) : name;
  const found = dataPlane.find(modelRef(wanted, version));
  return found instanceof SlipwayError ? unknownModel(wanted, version || undefined) : found;
}

function askedOf(
  request: ModelInferRequest,
  model: LoadedModel,
  ownParameters: ReadonlySet<string>,
): (InferCall & { readonly wishes: readonly OutputWish[] }) | SlipwayError {
  const { inputs: given, outputs: wished } = request;
  if (given instanceof SlipwayError) return given;
  if (wished instanceof SlipwayError) return wished;
  const options = readRequestOptions(request.parameters, ownParameters);
  if (options instanceof SlipwayError) return options;
  const wishes = checkOutputs(
    model,
    wished,
    true,
    given.map(({ name }) => name),
  );
  if (wishes instanceof SlipwayError) return wishes;
  const inputs = checkInputs(model, given);
  if (inputs instanceof SlipwayError) return inputs;
  const { priority, timeoutMicroseconds } = options;
  return {
    inputs,
    outputs: wishes.map(({ output }) => output),
    wishes,
    priority,
    timeoutMs: timeoutMicroseconds && timeoutMicroseconds / 1000,
  };
}

/** The outputs in the order of the wishes and under their names, as classes where that was wished. */
function wishedOutputs(
  { outputs }: InferResponse,
  wishes: readonly OutputWish[],
  model: LoadedModel,
): readonly Tensor[] | SlipwayError {
  const wished: Tensor[] = [];
  for (const [index, output] of outputs.entries()) {
    const { classes, name } = wishes[index] ?? { classes: 0, name: output.name };
    const told = classes === 0 ? output : classify(output, classes, model.signature);
    if (told instanceof SlipwayError) return told;
    wished.push(renamed(told, name));
  }
  return wished;
}
